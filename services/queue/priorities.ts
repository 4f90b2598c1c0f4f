import { ApiError } from '@taskcluster/api';
import { appendMessages } from '@taskcluster/bus';
import type { Database, Tx } from '@taskcluster/db';
import { type Group, groupPriorityChanged, priorityChanged } from './domain/announce.ts';
import { changePriority, type PriorityChange } from './domain/priority.ts';
import { priorityOf, type Task } from './domain/task.ts';
import { closeGroup, membersOfOtherRank } from './store/groups.ts';
import { lockEntries } from './store/pending.ts';
import { type PriorityRow, writePriorities } from './store/priorities.ts';
import { lockTasks } from './store/tasks.ts';

const rowOf = ({ task: { taskId, taskQueueId, rank }, oldRank, pendingSince }: PriorityChange): PriorityRow => ({
  taskId,
  taskQueueId,
  rank,
  oldRank,
  pendingSince: pendingSince ?? null,
});

/** Writes the changes, with the places of the tasks that are pending. */
const write = async (tx: Tx, changes: readonly PriorityChange[]): Promise<void> => {
  const entries = changes.flatMap(({ task: { taskId, taskQueueId }, oldRank, pendingSince }) =>
    pendingSince === undefined ? [] : [{ taskId, taskQueueId, rank: oldRank, inserted: pendingSince }],
  );
  if (entries.length > 0) await lockEntries(tx, entries);
  await writePriorities(tx, changes.map(rowOf));
};

/** Gives a task another priority, moves its place in the queue, and announces it. */
export const setPriority = (db: Database, taskId: string, rank: number): Promise<Task> =>
  db.tx(async (tx) => {
    const [locked] = await lockTasks(tx, [taskId]);
    if (!locked) throw new ApiError('ResourceNotFound', `There is no task ${taskId}. Did it expire?`);
    const { now, ...task } = locked;
    const change = changePriority(task, rank, now);
    if ('refused' in change) throw new ApiError(change.refused, change.message);
    await write(tx, [change]);
    await appendMessages(tx, [priorityChanged(change)]);
    return change.task;
  }, 'queue.priority');

/** Most tasks of a group that one transaction works on: it holds their locks, and workers that report wait for it. */
export const groupBatch = 200;

/**
 * Gives the tasks of a group another priority, batch after batch in the order of their ids, and announces it once, with the last.
 * After a failure in between a repeat does the rest. Answers the tasks that were changed.
 */
export const setGroupPriority = async (
  db: Database,
  group: Pick<Group, 'taskGroupId' | 'schedulerId'>,
  rank: number,
): Promise<readonly string[]> => {
  const { taskGroupId } = group;
  const changed: string[] = [];
  for (let after = ''; ;) {
    const { done, last, ids } = await db.tx(async (tx) => {
      // Or a task that joins meanwhile would be missed, while one that its creator named beside it is changed.
      await closeGroup(tx, taskGroupId);
      const page = (await membersOfOtherRank(tx, { taskGroupId, after, limit: groupBatch, rank })).map((m) => m.taskId);
      const locked = page.length === 0 ? [] : await lockTasks(tx, page);
      const changes = locked.flatMap(({ now, ...task }) => {
        const change = changePriority(task, rank, now);
        return 'refused' in change ? [] : [change];
      });
      if (changes.length > 0) await write(tx, changes);
      const isLast = page.length < groupBatch;
      if (isLast) {
        const tasksAffected = changed.length + changes.length;
        await appendMessages(tx, [groupPriorityChanged(group, { newPriority: priorityOf(rank), tasksAffected })]);
      }
      return { done: isLast, last: page.at(-1) ?? after, ids: changes.map((c) => c.task.taskId) };
    }, 'queue.group-priority');
    changed.push(...ids);
    if (done) return changed;
    after = last;
  }
};
