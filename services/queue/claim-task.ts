import { ApiError } from '@taskcluster/api';
import type { TaskClaimResponse } from '@taskcluster/contracts';
import { answerOf } from './claim.ts';
import { claimNamed } from './domain/life-cycle.ts';
import { claimsByWorker, type RunKey, type WorkerKey } from './domain/worker.ts';
import type { QueueService } from './service.ts';
import { findQuarantine, recordClaims } from './store/workers.ts';

export interface TaskClaim extends RunKey, WorkerKey {}

/** Who claims by name does not ask the queue again and again, so it is remembered longer (queue.md, section 10). */
const queueDays = 5;

/** Claims one run by its name, for the deprecated claimTask: whatever else waits, and again for the worker that holds it. */
export const claimTask = async (service: QueueService, claim: TaskClaim): Promise<TaskClaimResponse> => {
  const { db, config, issueCredentials } = service;
  const { taskId, runId, taskQueueId, workerGroup, workerId } = claim;
  const until = await findQuarantine(db, claim);
  if (until !== undefined)
    throw new ApiError(
      'RequestConflict',
      `Worker ${workerGroup}/${workerId} of ${taskQueueId} is quarantined until ${until} and gets no tasks. Lift the quarantine, or claim with another worker.`,
    );
  const { claimTimeoutMs } = config;
  const task = await service.transit({ taskId, decide: (t, now) => claimNamed(t, { runId, workerGroup, workerId, claimTimeoutMs }, now) });
  const definition = await service.findDefinition(taskId);
  if (!definition) throw new ApiError('ResourceNotFound', `There is no task ${taskId}. Did it expire?`);
  await recordClaims(db, {
    taskQueueId,
    workers: claimsByWorker([{ taskId, runId, workerGroup, workerId }]),
    everyMs: config.workerInfoMs,
    queueDays,
  });
  return answerOf({ task, definition, request: { workerGroup, workerId } }, issueCredentials);
};
