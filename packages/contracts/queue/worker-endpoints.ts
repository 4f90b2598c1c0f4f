import { get, post } from '../contract.ts';

import {
  ClaimWorkRequest,
  ClaimWorkResponse,
  PendingTasksResponse,
  TaskClaimRequest,
  TaskClaimResponse,
  TaskExceptionRequest,
  TaskQueueCountsResponse,
  TaskReclaimResponse,
} from './claims.ts';
import { TaskStatusResponse } from './status.ts';

/** Methods for workers, and for those who decide how many workers there should be. */
export const workerEndpoints = {
  claimWork: post('/claim-work/:taskQueueId(*)', {
    title: 'Claim work',
    description:
      'Claims pending tasks for a worker, the most urgent first. If there is none, the reply waits up to 20 ' +
      'seconds for one and is empty after that. ' +
      'Each claim ends at its `takenUntil`: reclaim the task before, or lose it.',
    category: 'Worker Interface',
    stability: 'stable',
    scopes: { AllOf: ['queue:claim-work:<taskQueueId>', 'queue:worker-id:<workerGroup>/<workerId>'] },
    input: ClaimWorkRequest,
    output: ClaimWorkResponse,
  }),
  claimTask: post('/task/:taskId/runs/:runId/claim', {
    title: 'Claim a task',
    description:
      'Claims one run for a worker, whatever waits before it. `claimWork` is the way for workers. ' +
      'The worker that holds the run already may repeat the call.',
    category: 'Worker Interface',
    stability: 'deprecated',
    scopes: { AllOf: ['queue:claim-task:<provisionerId>/<workerType>', 'queue:worker-id:<workerGroup>/<workerId>'] },
    input: TaskClaimRequest,
    output: TaskClaimResponse,
  }),
  reclaimTask: post('/task/:taskId/runs/:runId/reclaim', {
    title: 'Prolong a claim',
    description:
      'Moves the end of a claim and gives new credentials that last until then. ' +
      'A reply of 404 or 409 means that the run is no longer the worker’s: it should stop, and report nothing.',
    category: 'Worker Interface',
    stability: 'stable',
    scopes: 'queue:reclaim-task:<taskId>/<runId>',
    output: TaskReclaimResponse,
  }),
  reportCompleted: post('/task/:taskId/runs/:runId/completed', {
    title: 'Report success',
    description:
      'Ends a running run, and its task, as completed. It may be repeated; refused with 409 if the run has ended otherwise. ' +
      'Old workers send `{"success": false}` here, which ends it as failed.',
    category: 'Worker Interface',
    stability: 'stable',
    scopes: 'queue:resolve-task:<taskId>/<runId>',
    output: TaskStatusResponse,
  }),
  reportFailed: post('/task/:taskId/runs/:runId/failed', {
    title: 'Report failure',
    description:
      'Ends a running run, and its task, as failed: it ran, and did not succeed. It is not tried again. ' +
      'It may be repeated; refused with 409 if the run has ended otherwise.',
    category: 'Worker Interface',
    stability: 'stable',
    scopes: 'queue:resolve-task:<taskId>/<runId>',
    output: TaskStatusResponse,
  }),
  reportException: post('/task/:taskId/runs/:runId/exception', {
    title: 'Report an exception',
    description:
      'Ends a running run that neither completed nor failed. The reason decides whether the task is tried again. ' +
      'It may be repeated; refused with 409 if the run has ended otherwise.',
    category: 'Worker Interface',
    stability: 'stable',
    scopes: 'queue:resolve-task:<taskId>/<runId>',
    input: TaskExceptionRequest,
    output: TaskStatusResponse,
  }),
  pendingTasks: get('/pending/:taskQueueId(*)', {
    title: 'Number of pending tasks',
    description: 'How many tasks wait in a queue. `taskQueueCounts` says the same and more.',
    category: 'Worker Metadata',
    stability: 'deprecated',
    scopes: 'queue:pending-count:<taskQueueId>',
    output: PendingTasksResponse,
  }),
  taskQueueCounts: get('/task-queues/:taskQueueId(*)/counts', {
    title: 'Numbers of tasks in a queue',
    description: 'How many tasks wait in a queue, and how many of them workers hold. A queue that nobody has used has none of either.',
    category: 'Worker Metadata',
    stability: 'stable',
    scopes: { AllOf: ['queue:pending-count:<taskQueueId>', 'queue:claimed-count:<taskQueueId>'] },
    output: TaskQueueCountsResponse,
  }),
} as const;
