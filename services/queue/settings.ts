import { duration, integer } from '@taskcluster/config';

/** The queue's configuration (queue.md, section 11). Durations are in milliseconds. */
export const settings = {
  claimTimeoutMs: duration({
    env: 'TASK_CLAIM_TIMEOUT',
    default: '20m',
    description: 'How long a claim lasts unless the worker reclaims. Official workers need more than 3.5 minutes.',
  }),
  firstClaimMs: duration({
    env: 'TASK_FIRST_CLAIM_TIMEOUT',
    default: '60s',
    description: 'How long the first claim lasts of a worker that says it acknowledges claims, unless it reclaims or reports.',
  }),
  maxTaskDeadlineMs: duration({
    env: 'MAX_TASK_DEADLINE_DAYS',
    default: '5d',
    bareUnit: 'd',
    description: 'How far in the future the deadline of a task may be, in days.',
  }),
  maxDependencies: integer({
    env: 'TASK_MAX_DEPENDENCIES',
    default: 10_000,
    min: 0,
    max: 10_000,
    description: 'How many dependencies a task may have.',
  }),
  deadlineDelayMs: duration({
    env: 'DEADLINE_DELAY',
    default: '60s',
    description: 'How long after its deadline a task is resolved by it.',
  }),
  longPollMs: duration({
    env: 'CLAIM_WORK_LONG_POLL',
    default: '20s',
    description: 'How long claimWork waits for a task. Keep it well under the HTTP time-outs in between.',
  }),
  claimPollMs: duration({
    env: 'CLAIM_WORK_POLL',
    default: '1s',
    description: 'How often waiting claimWork requests look for tasks when no wake-up arrives.',
  }),
  resolverIdleMs: duration({
    env: 'RESOLVER_IDLE',
    default: '1s',
    description: 'Longest pause of the loops that resolve expired claims, deadlines and dependencies.',
  }),
  workerInfoMs: duration({
    env: 'WORKER_INFO_UPDATE_FREQUENCY',
    default: '30m',
    description: 'How often a worker that asks for work without getting any, or reclaims, is written to have been seen.',
  }),
  artifactUrlMs: duration({
    env: 'ARTIFACT_URL_LIFETIME',
    default: '30m',
    description: 'How long the signed URL of a stored artifact is valid.',
  }),
  uploadUrlMs: duration({
    env: 'UPLOAD_URL_LIFETIME',
    default: '45m',
    description: 'How long the URL for the upload of an artifact is valid.',
  }),
} as const;
