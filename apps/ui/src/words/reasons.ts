import type { ReasonCreated, ReasonResolved } from '@taskcluster/contracts';

/** Why there was another run, after "because". */
export const createdWords: Readonly<Record<ReasonCreated, string>> = {
  scheduled: 'the task was scheduled',
  retry: 'the run before was lost with its worker',
  'task-retry': 'the task asked for another try',
  rerun: 'somebody asked for a rerun',
  exception: 'the task ended before it could run',
};

/** How a run ended, as a sentence. */
export const resolvedWords: Readonly<Record<ReasonResolved, string>> = {
  completed: 'All commands succeeded.',
  failed: 'A command failed.',
  'deadline-exceeded': 'The deadline passed before the task was done.',
  canceled: 'Somebody canceled the task.',
  'claim-expired': 'The worker stopped reporting, so its claim ran out.',
  'worker-shutdown': 'The worker was shut down.',
  'malformed-payload': 'The worker could not understand the payload. The log says what is wrong with it.',
  'resource-unavailable': 'Something that the task needs could not be fetched. The log says what.',
  'internal-error': 'The worker failed, and not the task.',
  'intermittent-task': 'The task ended with an exit code that asks for another try.',
  superseded: 'Another task took its place.',
};
