import type { Consumer, Message } from '@taskcluster/bus';
import { loseWorker } from '../domain/life-cycle.ts';
import type { QueueService } from '../service.ts';
import { claimsOfWorker } from '../store/claims.ts';

const from = 'exchange/taskcluster-worker-manager/v1/';

/** What the messages about a worker that is gone say (worker-manager, `worker-stopped` and `worker-removed`). */
interface Gone {
  readonly workerPoolId: string;
  readonly workerGroup: string;
  readonly workerId: string;
}

/**
 * Runs of a worker whose machine was stopped or removed end at once, and are tried again, instead of when their claims run out
 * (queue.md, section 8). What the same worker claimed after the message is left alone.
 */
const endRuns = async ({ db, transit }: QueueService, { payload, created }: Message): Promise<void> => {
  const { workerPoolId: taskQueueId, workerGroup, workerId } = payload as Gone;
  const claims = await claimsOfWorker(db, { taskQueueId, workerGroup, workerId }, created);
  await Promise.all(
    claims.map(async ({ taskId, runId }) => {
      try {
        await transit({ taskId, decide: (task, now) => loseWorker(task, { runId, workerGroup, workerId }, now) });
      } catch (err) {
        // It has expired meanwhile.
        if (!(err instanceof Error && 'code' in err && err.code === 'ResourceNotFound')) throw err;
      }
    }),
  );
};

export const removedWorkers: Consumer<QueueService> = {
  name: 'queue/removed-workers',
  bindings: [
    { exchange: `${from}worker-stopped`, routingKeyPattern: '#' },
    { exchange: `${from}worker-removed`, routingKeyPattern: '#' },
  ],
  handle: endRuns,
};
