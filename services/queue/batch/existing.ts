import { appendMessages } from '@taskcluster/bus';
import type { Tx } from '@taskcluster/db';
import { creationMessages, differences } from '../domain/creation.ts';
import type { Task } from '../domain/task.ts';
import { shareFullTasks } from '../store/tasks.ts';
import type { BatchRequest } from './create.ts';
import type { Problem } from './domain/problems.ts';
import { inSlices } from './slices.ts';

/** The tasks of the batch that exist, as they stay until the transaction ends. One that is not exactly what was sent is a conflict (queue.md, section 4, step 10). */
export const findConflicts = async (tx: Tx, requests: readonly BatchRequest[], problems: Problem[]): Promise<ReadonlyMap<string, Task>> => {
  const existing = new Map<string, Task>();
  await inSlices(requests, async (slice) => {
    const stored = new Map(
      (
        await shareFullTasks(
          tx,
          slice.map((r) => r.taskId),
        )
      ).map((t) => [t.taskId, t]),
    );
    for (const request of slice) {
      const { index, taskId } = request;
      const row = stored.get(taskId);
      if (!row) continue;
      existing.set(taskId, row);
      const differing = differences(row, request);
      if (differing.length > 0) {
        const message = `The task exists already and is another one: ${differing.join(', ')} differ${differing.length === 1 ? 's' : ''}. Choose a new taskId, or send exactly the definition that was sent before.`;
        problems.push({ index, taskId, code: 'RequestConflict', message });
      }
    }
  });
  return existing;
};

/** A repeat is announced again, as createTask does it: its first announcement may be what got lost. */
export const announceAgain = (tx: Tx, tasks: readonly Task[]): Promise<void> =>
  inSlices(tasks, (slice) => appendMessages(tx, slice.flatMap(creationMessages)));
