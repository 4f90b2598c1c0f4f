import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { closed, list, oneOfWords } from '../schema.ts';

import { RunId, TakenUntil, WorkerGroup, WorkerId } from './run.ts';
import { TaskStatus } from './status.ts';
import { ProvisionerId, TaskDefinition, TaskQueueId, WorkerType } from './task.ts';

/** The three parts of temporary credentials, as schema properties. */
export const credentialProperties = {
  clientId: Type.String({ title: 'Client id', description: 'Whom requests signed with these credentials come from.', minLength: 1 }),
  accessToken: Type.String({ title: 'Access token', description: 'The secret that signs requests.', minLength: 1 }),
  certificate: Type.String({
    title: 'Certificate',
    description: 'A JSON text that says what the credentials may do and until when. It has to go along with each request.',
    minLength: 1,
  }),
} as const;

export const TaskCredentials = named(
  'queue/v1/task-credentials',
  closed(credentialProperties, {
    title: 'Task credentials',
    description:
      'Temporary credentials for one run: they may reclaim and resolve it, create its artifacts, and use the scopes of the task.',
  }),
);
export type TaskCredentials = Static<typeof TaskCredentials>;

export const ClaimWorkRequest = named(
  'queue/v1/claim-work-request',
  closed(
    {
      workerGroup: WorkerGroup,
      workerId: WorkerId,
      tasks: Type.Integer({
        title: 'Tasks',
        description: 'How many tasks the worker can start at once. Fewer may come.',
        default: 1,
        minimum: 1,
        maximum: 32,
      }),
    },
    { title: 'Claim work request', description: 'Who asks for work, and for how much of it.' },
  ),
);
export type ClaimWorkRequest = Static<typeof ClaimWorkRequest>;

const claim = {
  status: TaskStatus,
  runId: RunId,
  workerGroup: WorkerGroup,
  workerId: WorkerId,
  takenUntil: TakenUntil,
} as const;

export const ClaimedTask = closed(
  { ...claim, task: TaskDefinition, credentials: TaskCredentials },
  { title: 'Claimed task', description: 'A run that belongs to the worker until `takenUntil`.' },
);
export type ClaimedTask = Static<typeof ClaimedTask>;

export const ClaimWorkResponse = named(
  'queue/v1/claim-work-response',
  closed(
    {
      tasks: list(ClaimedTask, {
        title: 'Tasks',
        description: 'The claimed tasks. Empty when there was nothing to do.',
        uniqueItems: true,
      }),
    },
    { title: 'Claim work response', description: 'What the worker is to run now.' },
  ),
);
export type ClaimWorkResponse = Static<typeof ClaimWorkResponse>;

export const TaskClaimRequest = named(
  'queue/v1/task-claim-request',
  closed({ workerGroup: WorkerGroup, workerId: WorkerId }, { title: 'Task claim request', description: 'Who claims the run.' }),
);
export type TaskClaimRequest = Static<typeof TaskClaimRequest>;

export const TaskClaimResponse = named(
  'queue/v1/task-claim-response',
  closed(
    { ...claim, task: TaskDefinition, credentials: TaskCredentials },
    { title: 'Task claim response', description: 'The run belongs to the worker until `takenUntil`.' },
  ),
);
export type TaskClaimResponse = Static<typeof TaskClaimResponse>;

export const TaskReclaimResponse = named(
  'queue/v1/task-reclaim-response',
  closed(
    { ...claim, credentials: TaskCredentials },
    { title: 'Reclaim response', description: 'The prolonged claim, with new credentials that last as long as it does.' },
  ),
);
export type TaskReclaimResponse = Static<typeof TaskReclaimResponse>;

/** The reasons that a worker may give for an exception. */
export const reportedReasons = [
  'worker-shutdown',
  'malformed-payload',
  'resource-unavailable',
  'internal-error',
  'intermittent-task',
] as const;
export type ReportedReason = (typeof reportedReasons)[number];

export const TaskExceptionRequest = named(
  'queue/v1/task-exception-request',
  closed(
    {
      reason: oneOfWords(reportedReasons, {
        title: 'Reason',
        description:
          'Why the run could not be carried out. `worker-shutdown` and `intermittent-task` start another run ' +
          'while retries are left; the others are final.',
      }),
    },
    { title: 'Exception report', description: 'A worker’s report of a run that neither completed nor failed.' },
  ),
);
export type TaskExceptionRequest = Static<typeof TaskExceptionRequest>;

const pendingCount = Type.Integer({
  title: 'Pending tasks',
  description: 'Tasks that wait for a worker. The number may lag behind by some seconds.',
  minimum: 0,
});
const queueProperties = { provisionerId: ProvisionerId, workerType: WorkerType, taskQueueId: TaskQueueId } as const;

export const PendingTasksResponse = named(
  'queue/v1/pending-tasks-response',
  closed({ ...queueProperties, pendingTasks: pendingCount }, { title: 'Pending tasks', description: 'How many tasks wait in a queue.' }),
);
export type PendingTasksResponse = Static<typeof PendingTasksResponse>;

export const TaskQueueCountsResponse = named(
  'queue/v1/task-queue-counts-response',
  closed(
    {
      ...queueProperties,
      pendingTasks: pendingCount,
      claimedTasks: Type.Integer({ title: 'Claimed tasks', description: 'Tasks that a worker holds now.', minimum: 0 }),
    },
    { title: 'Task queue counts', description: 'How many tasks wait in a queue, and how many are being run.' },
  ),
);
export type TaskQueueCountsResponse = Static<typeof TaskQueueCountsResponse>;
