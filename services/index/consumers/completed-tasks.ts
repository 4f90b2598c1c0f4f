import { CallError } from '@taskcluster/client';
import type { Consumer, Message } from '@taskcluster/bus';
import type { TaskCompletedMessage } from '@taskcluster/contracts';
import { entryOf, pathsIn } from '../domain/routes.ts';
import { insertEntries } from '../insert.ts';
import type { IndexService } from '../service.ts';

/**
 * Indexes a completed task under each of its routes `index.<path>` (index.md, section 6), all of them in one transaction.
 *
 * A message may come twice, or after later ones. Both are harmless: an entry carries the time at which its task was completed, and one
 * of the same rank is replaced only by a later one. The delivery is acknowledged after the entries are committed.
 */
const indexTask = async ({ db, queue, log }: IndexService, message: Message): Promise<void> => {
  const paths = pathsIn(message);
  if (paths.length === 0) return;
  const { taskId } = (message.payload as TaskCompletedMessage).status;
  const task = await queue.task({ taskId }).catch((err: unknown) => {
    if (err instanceof CallError && err.code === 'ResourceNotFound') return undefined;
    throw err;
  });
  if (!task) return log.warn({ taskId }, 'a completed task is not indexed, because it has expired');
  const entry = entryOf(taskId, task);
  if (typeof entry === 'string') return log.warn({ taskId, reason: entry }, 'a completed task is not indexed, because of what it says');
  await db.tx((tx) => insertEntries(tx, paths, entry, message.created));
};

export const completedTasks: Consumer<IndexService> = {
  name: 'index/completed-tasks',
  bindings: [{ exchange: 'exchange/taskcluster-queue/v1/task-completed', routingKeyPattern: 'route.index.#' }],
  // The time in each entry decides, not the order.
  parallel: 8,
  handle: indexTask,
};
