import { Type } from 'typebox';
import type { Static } from 'typebox';

import { patterns } from '../identifiers.ts';
import { closed, oneOfWords, timestamp } from '../schema.ts';

export const runStates = ['pending', 'running', 'completed', 'failed', 'exception'] as const;
export type RunState = (typeof runStates)[number];

export const reasonsCreated = ['scheduled', 'retry', 'task-retry', 'rerun', 'exception'] as const;
export type ReasonCreated = (typeof reasonsCreated)[number];

/** `superseded` is historic: nothing produces it, old data may hold it. */
export const reasonsResolved = [
  'completed',
  'failed',
  'deadline-exceeded',
  'canceled',
  'claim-expired',
  'worker-shutdown',
  'malformed-payload',
  'resource-unavailable',
  'internal-error',
  'intermittent-task',
  'superseded',
] as const;
export type ReasonResolved = (typeof reasonsResolved)[number];

const word = { minLength: 1, maxLength: 38, pattern: patterns.word } as const;
export const WorkerGroup = Type.String({
  title: 'Worker group',
  description: 'Where the worker lives, such as a region. Together with the worker id it names one worker of the queue.',
  ...word,
});
export const WorkerId = Type.String({ title: 'Worker id', description: 'Names the worker within its worker group.', ...word });
export const RunId = Type.Integer({
  title: 'Run id',
  description: 'The number of the run, counted from 0.',
  minimum: 0,
  maximum: 1000,
});
export const TakenUntil = timestamp(
  'Taken until',
  'The claim ends at this time. Unless the worker reclaims before, the run is given up and, if retries are left, repeated.',
);

export const Run = closed(
  {
    runId: RunId,
    state: oneOfWords(runStates, { title: 'State', description: 'Where the run stands.' }),
    reasonCreated: oneOfWords(reasonsCreated, {
      title: 'Reason created',
      description:
        'Why there is this run: the task was scheduled, an infrastructure fault (`retry`) or the task itself ' +
        '(`task-retry`) asked for another try, ' +
        'somebody asked for a rerun, or a task that never ran was ended (`exception`).',
    }),
    reasonResolved: Type.Optional(
      oneOfWords(reasonsResolved, { title: 'Reason resolved', description: 'Why the run ended. Absent while it is pending or running.' }),
    ),
    workerGroup: Type.Optional(WorkerGroup),
    workerId: Type.Optional(WorkerId),
    takenUntil: Type.Optional(TakenUntil),
    scheduled: timestamp('Scheduled', 'When the run became pending.'),
    started: Type.Optional(timestamp('Started', 'When a worker claimed the run.')),
    resolved: Type.Optional(timestamp('Resolved', 'When the run ended.')),
  },
  { title: 'Run', description: 'One attempt to do the task.' },
);
export type Run = Static<typeof Run>;
