import type { Refusal } from './life-cycle.ts';
import { priorityOf, type Task } from './task.ts';

/** A task with another priority than before, and its place in the queue, if it has one, at the old priority. */
export interface PriorityChange {
  readonly task: Task;
  readonly oldRank: number;
  /** When its pending run became pending: with the old rank, the key of its entry. */
  readonly pendingSince?: string;
}

const conflict = (message: string): Refusal => ({ refused: 'RequestConflict', message });

/**
 * Gives a task another priority (queue.md, section 6). A task that was resolved once keeps its priority for ever, even while it is
 * rerun; so does one past its deadline. A running run is not affected, but its retries are.
 */
export const changePriority = (task: Task, rank: number, now: string): PriorityChange | Refusal => {
  if (task.deadline < now)
    return conflict(`The deadline of task ${task.taskId} has passed (${task.deadline}). Its priority no longer matters.`);
  if (task.everResolved)
    return conflict(
      `Task ${task.taskId} was resolved before, so its priority cannot change any more. Create a new task with another priority.`,
    );
  if (task.rank === rank) return conflict(`Task ${task.taskId} has priority ${priorityOf(rank)} already. There is nothing to change.`);
  const run = task.runs.at(-1);
  return {
    task: { ...task, rank },
    oldRank: task.rank,
    ...(run?.state === 'pending' ? { pendingSince: run.scheduled } : {}),
  };
};
