import { appendMessages } from '@taskcluster/bus';
import type { Tx } from '@taskcluster/db';
import { isDeepStrictEqual } from 'node:util';
import { messageFor } from '../domain/announce.ts';
import { priorityOf, type Task } from '../domain/task.ts';
import { findFullTasks } from '../store/tasks.ts';
import type { BatchRequest } from './create.ts';
import type { Problem } from './domain/problems.ts';
import { inSlices } from './slices.ts';

/** The tasks of the batch that exist. One that is not exactly what was sent is a conflict (queue.md, section 4, step 10). */
export const findConflicts = async (tx: Tx, requests: readonly BatchRequest[], problems: Problem[]): Promise<ReadonlyMap<string, Task>> => {
  const existing = new Map<string, Task>();
  await inSlices(requests, async (slice) => {
    const stored = new Map(
      (
        await findFullTasks(
          tx,
          slice.map((r) => r.taskId),
        )
      ).map((t) => [t.taskId, t]),
    );
    for (const { index, taskId, definition } of slice) {
      const row = stored.get(taskId);
      if (!row) continue;
      existing.set(taskId, row);
      const differing = differences({ ...row.definition, priority: priorityOf(row.rank) }, definition);
      if (differing.length > 0) {
        const message = `The task exists already and is another one: ${differing.join(', ')} differ${differing.length === 1 ? 's' : ''}. Choose a new taskId, or send exactly the definition that was sent before.`;
        problems.push({ index, taskId, code: 'RequestConflict', message });
      }
    }
  });
  return existing;
};

const differences = (a: object, b: object): string[] => {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((k) => !isDeepStrictEqual(a[k as keyof typeof a], b[k as keyof typeof b]));
};

/** A repeat is announced again, as createTask does it: its first announcement may be what got lost. */
export const announceAgain = (tx: Tx, tasks: readonly Task[]): Promise<void> =>
  inSlices(tasks, (slice) =>
    appendMessages(
      tx,
      slice.flatMap((task) => {
        const pending = task.runs.length === 1 && task.runs[0]?.state === 'pending';
        return [messageFor(task, { message: 'taskDefined' }), ...(pending ? [messageFor(task, { message: 'taskPending', runId: 0 })] : [])];
      }),
    ),
  );
