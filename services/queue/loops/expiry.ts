import type { Loop } from '@taskcluster/loop';
import type { QueueService } from '../service.ts';
import { deleteEdges, deleteExpiredGroups, deleteLatePending, deleteTasks, takeExpiredTasks } from '../store/expiry.ts';
import { deleteExpiredQueues, deleteExpiredWorkers } from '../store/workers.ts';

const hourMs = 3_600_000;
const idleMs = () => hourMs;

/** Most edges that one step deletes: tasks with thousands of dependencies take several steps. */
const maxEdges = 2_000;

/**
 * Deletes tasks half an hour after their expiry, and their edges to what they depended on. Artifacts expire on their own.
 * Nobody waits for it: steps are small, and what is locked by others is left for the next time.
 */
export const expireTasks: Loop<QueueService> = {
  name: 'queue: expired tasks',
  idleMs,
  batch: 100,
  step: ({ db }, limit) =>
    db.tx(async (tx) => {
      const taskIds = (await takeExpiredTasks(tx, limit)).map((t) => t.taskId);
      if (taskIds.length === 0) return 0;
      // A task goes after the last of its edges, so that a crash leaves no edge that nobody finds.
      if ((await deleteEdges(tx, taskIds, maxEdges)) === maxEdges) return limit;
      await deleteTasks(tx, taskIds);
      return taskIds.length;
    }, 'queue.expired-tasks'),
};

/** Deletes task groups half an hour after their expiry, which is an hour after that of their last task. */
export const expireGroups: Loop<QueueService> = {
  name: 'queue: expired groups',
  idleMs,
  batch: 200,
  step: ({ db }, limit) => deleteExpiredGroups(db, limit),
};

/** Forgets workers and queues that nobody has seen for a day. */
export const expireWorkers: Loop<QueueService> = {
  name: 'queue: expired workers',
  idleMs,
  batch: 200,
  step: async ({ db }, limit) => Math.max(await deleteExpiredWorkers(db, limit), await deleteExpiredQueues(db, limit)),
};

/** Deletes pending entries past their deadline, which no claim takes any more. */
export const dropLatePending: Loop<QueueService> = {
  name: 'queue: late pending entries',
  idleMs,
  batch: 500,
  step: ({ db }, limit) => deleteLatePending(db, limit),
};

export const expiryLoops: readonly Loop<QueueService>[] = [expireTasks, expireGroups, expireWorkers, dropLatePending];
