import type { Expected } from '../vocabulary.ts';
import { conflict, ok, unknown } from './answers.ts';
import { tellGroup } from './messages.ts';
import { isLate, isResolved, iso, type Model, type ModelTask } from './state.ts';
import { addRun, end, mayChangePriority } from './tasks.ts';

/** What `getTaskGroup` answers. */
export const shownGroup = (model: Model, taskGroupId: string) => {
  const { schedulerId = '', expires = 0, sealed } = model.groups.get(taskGroupId) ?? {};
  return { taskGroupId, schedulerId, expires: iso(expires), ...(sealed === undefined ? {} : { sealed: iso(sealed) }) };
};

const membersOf = (model: Model, taskGroupId: string) => [...model.tasks.values()].filter((t) => t.definition.taskGroupId === taskGroupId);
const idsOf = (tasks: readonly ModelTask[]) => tasks.map((t) => t.definition.taskId).toSorted();

export const changeGroupPriority = (model: Model, taskGroupId: string, newPriority: string): Expected => {
  const group = model.groups.get(taskGroupId);
  if (!group) return unknown;
  const changed = membersOf(model, taskGroupId).filter((task) => mayChangePriority(model, task, newPriority));
  for (const task of changed) task.priority = newPriority;
  tellGroup(model, taskGroupId, 'task-group-priority-changed', { newPriority, tasksAffected: changed.length });
  return ok({ taskGroupId, schedulerId: group.schedulerId, newPriority, tasksAffected: changed.length, taskIds: idsOf(changed) });
};

export const seal = (model: Model, taskGroupId: string): Expected => {
  const group = model.groups.get(taskGroupId);
  if (!group) return unknown;
  group.sealed ??= model.now;
  const shown = shownGroup(model, taskGroupId);
  tellGroup(model, taskGroupId, 'task-group-sealed', { expires: shown.expires, sealed: shown.sealed });
  return ok(shown);
};

export const cancelGroup = (model: Model, taskGroupId: string): Expected => {
  const group = model.groups.get(taskGroupId);
  if (!group) return unknown;
  if (group.sealed === undefined) return conflict;
  const members = membersOf(model, taskGroupId);
  // Chosen before the first is canceled: a dependent in the group is canceled whether or not it would have been released.
  const canceled = members.filter((task) => !isResolved(task) && !isLate(model, task));
  for (const task of canceled) if (task.runs.length === 0) addRun(model, task, 'exception');
  for (const task of canceled) end(model, task, 'exception', 'canceled');
  return ok({ taskGroupId, taskGroupSize: members.length, cancelledCount: canceled.length, taskIds: idsOf(canceled) });
};

/** Announces the groups in which nothing is left that was never resolved (queue.md, section 8). */
export const lookAtGroups = (model: Model): void => {
  for (const taskGroupId of model.noted)
    if (membersOf(model, taskGroupId).every((t) => t.everResolved)) {
      const { expires, sealed } = shownGroup(model, taskGroupId);
      tellGroup(model, taskGroupId, 'task-group-resolved', { expires, ...(sealed === undefined ? {} : { sealed }) });
    }
  model.noted.clear();
};
