import { type Priority, queue } from '@taskcluster/contracts';
import { createPublisher, type OutgoingMessage } from '@taskcluster/bus';
import type { Announcement } from './life-cycle.ts';
import type { PriorityChange } from './priority.ts';
import { priorityOf, statusOf, type Task } from './task.ts';

const publish = createPublisher(queue);

export const ccOf = (task: Pick<Task, 'routes'>): string[] => task.routes.map((route) => `route.${route}`);

/** The words of a task's routing key; absent ones become `_`. */
export const keyOf = (task: Task, runId?: number) => {
  const { provisionerId, workerType } = statusOf(task);
  const { workerGroup, workerId } = (runId === undefined ? undefined : task.runs[runId]) ?? {};
  return {
    taskId: task.taskId,
    runId,
    workerGroup,
    workerId,
    provisionerId,
    workerType,
    schedulerId: task.schedulerId,
    taskGroupId: task.taskGroupId,
  };
};

/**
 * The message that announces a change of a task (queue.md, section 9). Each carries the whole status as it is after the
 * change: a retried exception already shows the new pending run.
 */
export const messageFor = (task: Task, announcement: Announcement): OutgoingMessage => {
  const base = { version: 1, status: statusOf(task), task: { tags: task.tags } };
  const cc = ccOf(task);
  if (announcement.message === 'taskDefined') {
    // Announces the definition, not what became of it: the status is the one before scheduling.
    const status = { ...base.status, state: 'unscheduled', runs: [] };
    return publish.taskDefined({ key: keyOf(task), cc, payload: { ...base, status } });
  }
  const { message, runId } = announcement;
  const run = task.runs[runId];
  if (message === 'taskPending') return publish.taskPending({ key: { ...keyOf(task), runId }, cc, payload: { ...base, runId } });
  // A run that a deadline ended is announced without its worker (queue.md, section 8).
  const byDeadline = run?.reasonResolved === 'deadline-exceeded';
  const key = byDeadline ? { ...keyOf(task), runId } : keyOf(task, runId);
  const worker = run?.workerId === undefined || byDeadline ? {} : { workerGroup: run.workerGroup, workerId: run.workerId };
  const until = message === 'taskRunning' ? { takenUntil: run?.takenUntil } : {};
  return publish[message]({ key, cc, payload: { ...base, runId, ...worker, ...until } });
};

/** What messages about a group say of it. */
export interface Group {
  readonly taskGroupId: string;
  readonly schedulerId: string;
  readonly expires: string;
  readonly sealed: string | null;
}

const aboutGroup =
  (message: 'taskGroupResolved' | 'taskGroupSealed') =>
  ({ taskGroupId, schedulerId, expires, sealed }: Group): OutgoingMessage =>
    publish[message]({
      key: { taskGroupId, schedulerId },
      payload: { version: 1, taskGroupId, schedulerId, expires, ...(sealed ? { sealed } : {}) },
    });
/** Says that every task of a group has been resolved at least once. */
export const groupResolved = aboutGroup('taskGroupResolved');
/** Says that a group takes no more tasks; on repeats too. */
export const groupSealed = aboutGroup('taskGroupSealed');

/** Says that a task has another priority. */
export const priorityChanged = ({ task, oldRank }: PriorityChange): OutgoingMessage =>
  publish.taskPriorityChanged({
    key: keyOf(task),
    cc: ccOf(task),
    payload: { version: 1, status: statusOf(task), oldPriority: priorityOf(oldRank), newPriority: priorityOf(task.rank) },
  });

/** Says that tasks of a group have another priority: one message for all of them. */
export const groupPriorityChanged = (
  { taskGroupId, schedulerId }: Pick<Group, 'taskGroupId' | 'schedulerId'>,
  { newPriority, tasksAffected }: { readonly newPriority: Priority; readonly tasksAffected: number },
): OutgoingMessage =>
  publish.taskGroupPriorityChanged({
    key: { taskGroupId, schedulerId },
    payload: { version: 1, taskGroupId, schedulerId, newPriority, tasksAffected },
  });
