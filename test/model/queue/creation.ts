import type { Answer, Definition, Expected } from '../vocabulary.ts';
import { answer, badInput, conflict, ok } from './answers.ts';
import { tell } from './messages.ts';
import { hourMs, isResolved, type Model, type ModelTask, stateOf } from './state.ts';
import { becomePending } from './tasks.ts';

// Clocks of callers differ from ours by this much at most.
const driftMs = 900_000;
const wrongTimes = (model: Model, { created, deadline }: Definition) =>
  Math.abs(Date.parse(created) - model.now) > driftMs || Date.parse(deadline) < model.now;

/** Whether a group takes no task of this scheduler: it is another's, or sealed. */
const refusesTasks = (model: Model, { taskGroupId, schedulerId }: Definition): boolean => {
  const group = model.groups.get(taskGroupId);
  return group !== undefined && (group.schedulerId !== schedulerId || group.sealed !== undefined);
};
/** The group exists and outlives its task: it is made or extended to an hour longer. */
const joinGroup = (model: Model, { taskGroupId, schedulerId, expires: until }: Definition): void => {
  const group = model.groups.get(taskGroupId);
  const expires = Date.parse(until);
  if (!group) model.groups.set(taskGroupId, { schedulerId, expires: expires + hourMs });
  else if (expires > group.expires) group.expires = expires + hourMs;
};

/** Whether a dependency does not exist, or will be gone before the deadline; `others` are about to be created with the task. */
const wrongDependencies = (model: Model, definition: Definition, others: readonly Definition[] = []): boolean =>
  definition.dependencies.some((id) => {
    const required = model.tasks.get(id)?.definition ?? others.find((o) => o.taskId === id);
    return id !== definition.taskId && (!required || required.expires < definition.deadline);
  });

const isSame = ({ definition, priority }: ModelTask, other: Definition) =>
  JSON.stringify({ ...definition, priority }) === JSON.stringify(other);

/** What is announced of a task that is created, also of one that is created again. */
const announce = (model: Model, task: ModelTask): void => {
  tell(model, task, 'task-defined');
  if (task.runs[0]?.state === 'pending') tell(model, task, 'task-pending', { runId: 0 });
};

/** Adds a task that nothing speaks against. */
const add = (model: Model, definition: Definition): ModelTask => {
  const { taskId, dependencies, requires, priority, retries } = definition;
  const satisfied = dependencies.filter((id) => {
    const required = model.tasks.get(id);
    return required && (stateOf(required) === 'completed' || (requires === 'all-resolved' && isResolved(required)));
  });
  const about = { definition, priority, retriesLeft: retries, runs: [], satisfied: new Set(satisfied) };
  const task: ModelTask = { ...about, everResolved: false, deadlineLooked: false, claimForgotten: false };
  model.tasks.set(taskId, task);
  tell(model, task, 'task-defined');
  if (satisfied.length === dependencies.length) becomePending(model, task, 'scheduled');
  return task;
};

export const create = (model: Model, definition: Definition, given: Answer | undefined): Expected => {
  if (wrongTimes(model, definition)) return badInput;
  if (refusesTasks(model, definition)) return conflict;
  joinGroup(model, definition);
  const stored = model.tasks.get(definition.taskId);
  const wrong = wrongDependencies(model, definition);
  if (!stored) return wrong ? badInput : answer(add(model, definition));
  // With a dependency that cannot be, another definition under a taken id is wrong twice: either refusal says so.
  if (!isSame(stored, definition)) return given?.code === 'InputError' && wrong ? badInput : conflict;
  announce(model, stored);
  return answer(stored);
};

/** Whether these tasks wait for each other in a circle. One that waits for itself alone is none: scheduleTask starts it. */
const hasCircle = (definitions: readonly Definition[]): boolean => {
  let left = definitions;
  for (;;) {
    const ids = new Set(left.map((d) => d.taskId));
    const waiting = left.filter((d) => d.dependencies.some((id) => id !== d.taskId && ids.has(id)));
    if (waiting.length === left.length) return left.length > 0;
    left = waiting;
  }
};

/**
 * Creates all of these tasks or none, whatever their order: createTask for many. Of all that is wrong, a mistake in the request is told
 * before a conflict with what is there; in a race (`loose`) the two may have been looked for at different moments, and either is told.
 */
export const createAll = (model: Model, definitions: readonly Definition[], given: Answer | undefined, loose: boolean): Expected => {
  const twice = new Set(definitions.map((d) => d.taskId)).size < definitions.length;
  if (twice || definitions.some((d) => wrongTimes(model, d)) || hasCircle(definitions)) return badInput;
  const stored = definitions.flatMap((d) => model.tasks.get(d.taskId) ?? []);
  const schedulers = Map.groupBy(definitions, (d) => d.taskGroupId);
  const mixed = [...schedulers.values()].some((members) => new Set(members.map((d) => d.schedulerId)).size > 1);
  const others = definitions.some((d) => refusesTasks(model, d));
  const differ = definitions.some((d) => stored.some((task) => task.definition.taskId === d.taskId && !isSame(task, d)));
  const conflicts = mixed || others || differ;
  if (definitions.some((d) => wrongDependencies(model, d, definitions)))
    return loose && conflicts && given?.code === 'RequestConflict' ? conflict : badInput;
  if (conflicts) return conflict;
  // The one that lasts longest decides how long a group does.
  for (const definition of definitions.toSorted((x, y) => (x.expires > y.expires ? -1 : 1))) joinGroup(model, definition);
  for (const task of stored) announce(model, task);
  const fresh = definitions.filter((d) => !model.tasks.has(d.taskId));
  for (const definition of fresh) add(model, definition);
  const states = definitions.map(({ taskId }) => ({ taskId, state: stateOf(model.tasks.get(taskId) ?? { runs: [] }) }));
  return ok({ created: fresh.length, existing: stored.length, tasks: states });
};
