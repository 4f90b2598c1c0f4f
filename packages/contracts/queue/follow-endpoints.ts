import { get } from '../contract.ts';

import { TaskStatusResponse } from './status.ts';

/** The method that waits for a task to change. */
export const followEndpoints = {
  awaitStatus: get('/task/:taskId/status/changed', {
    title: 'Wait for a change of a task',
    description:
      'The status of a task, as soon as it is not what the caller knows: another `state`, or another number of `runs`. Answers at once when it ' +
      'differs already, and with the status as it is after `timeout` seconds (20 unless told, 30 at most). Call it again with what was answered. ' +
      'A worker may follow its own run with the credentials of the run, by naming it (`runId`).',
    category: 'Tasks',
    unpublished: true,
    scopes: { AnyOf: ['queue:status:<taskId>', 'queue:reclaim-task:<taskId>/<runId>'] },
    query: {
      state: /^(?:unscheduled|pending|running|completed|failed|exception)$/,
      runs: /^[0-9]{1,3}$/,
      runId: /^[0-9]{1,3}$/,
      timeout: /^[0-9]{1,2}$/,
    },
    output: TaskStatusResponse,
  }),
} as const;
