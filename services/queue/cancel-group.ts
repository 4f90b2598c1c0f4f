import type { Database } from '@taskcluster/db';
import { cancel } from './domain/life-cycle.ts';
import { isResolved, stateOf, type Task } from './domain/task.ts';
import { groupBatch } from './priorities.ts';
import { unresolvedMembers } from './store/groups.ts';
import { lockTasks } from './store/tasks.ts';
import { applyChanges } from './transitions.ts';

/** Unresolved, and not left to its deadline. */
const isCancelable = (task: Task, now: string): boolean => !isResolved(stateOf(task)) && task.deadline >= now;

/**
 * Cancels the unresolved tasks of a group, batch after batch in the order of their ids. After a failure in between a repeat does the
 * rest. Answers the tasks that were canceled.
 */
export const cancelGroup = async (db: Database, taskGroupId: string): Promise<readonly string[]> => {
  const canceled: string[] = [];
  for (let after = ''; ;) {
    const { done, last, ids } = await db.tx(async (tx) => {
      const page = (await unresolvedMembers(tx, { taskGroupId, after, limit: groupBatch })).map((m) => m.taskId);
      if (page.length === 0) return { done: true, last: after, ids: [] };
      const locked = await lockTasks(tx, page);
      const now = locked[0]?.now ?? '';
      // Looked at again under the lock: a task that was resolved meanwhile is left as it is.
      const changes = locked.flatMap(({ now: _, ...task }) => {
        const change = isCancelable(task, now) ? cancel(task, now) : undefined;
        return change === undefined || 'refused' in change ? [] : [change];
      });
      await applyChanges(tx, changes, now);
      return { done: page.length < groupBatch, last: page.at(-1) ?? after, ids: changes.map((c) => c.task.taskId) };
    }, 'queue.cancel-group');
    canceled.push(...ids);
    if (done) return canceled;
    after = last;
  }
};
