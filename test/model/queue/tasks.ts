import type { Expected } from '../vocabulary.ts';
import { answer, conflict } from './answers.ts';
import { tell } from './messages.ts';
import { isLate, isResolved, iso, type Model, type ModelTask, stateOf } from './state.ts';

const deadlineDelayMs = 60_000;
const maxRuns = 50;

export const addRun = (model: Model, task: ModelTask, reasonCreated: string): void => {
  task.runs.push({ runId: task.runs.length, state: 'pending', reasonCreated, scheduled: iso(model.now) });
};
export const becomePending = (model: Model, task: ModelTask, reasonCreated: string): void => {
  addRun(model, task, reasonCreated);
  tell(model, task, 'task-pending', { runId: task.runs.length - 1 });
};

/** What follows from a task that is resolved for good: dependents, and its group is looked at (queue.md, section 8). */
export const afterResolution = (model: Model, task: ModelTask): void => {
  const { taskId, taskGroupId } = task.definition;
  task.everResolved = true;
  model.noted.add(taskGroupId);
  for (const other of model.tasks.values()) {
    const { dependencies, requires } = other.definition;
    if (!dependencies.includes(taskId) || other.satisfied.has(taskId)) continue;
    if (stateOf(task) !== 'completed' && requires !== 'all-resolved') continue;
    other.satisfied.add(taskId);
    const waits = dependencies.some((d) => !other.satisfied.has(d));
    if (!waits && other.runs.length === 0 && !isLate(model, other)) becomePending(model, other, 'scheduled');
  }
};

/** Ends the last run, or invents one that carries the reason, and tells what follows. */
export const end = (model: Model, task: ModelTask, state: 'completed' | 'failed' | 'exception', reason: string): void => {
  if (task.runs.length === 0) addRun(model, task, 'exception');
  const run = task.runs.at(-1);
  if (!run) return;
  Object.assign(run, { state, reasonResolved: reason, resolved: iso(model.now) });
  const again = reason === 'intermittent-task' ? 'task-retry' : 'retry';
  const retried = ['worker-shutdown', 'claim-expired', 'intermittent-task'].includes(reason) && task.retriesLeft > 0;
  if (retried) {
    task.retriesLeft -= 1;
    addRun(model, task, again);
  }
  tell(model, task, `task-${state}`, { runId: run.runId });
  if (retried) tell(model, task, 'task-pending', { runId: run.runId + 1 });
  else afterResolution(model, task);
};

export const schedule = (model: Model, task: ModelTask): Expected => {
  if (isLate(model, task)) return conflict;
  if (task.runs.length === 0) becomePending(model, task, 'scheduled');
  return answer(task);
};

export const rerun = (model: Model, task: ModelTask): Expected => {
  if (isLate(model, task)) return conflict;
  if (stateOf(task) === 'running') return answer(task);
  if (stateOf(task) === 'pending') {
    tell(model, task, 'task-pending', { runId: task.runs.length - 1 });
    return answer(task);
  }
  if (task.runs.length >= maxRuns) return conflict;
  task.retriesLeft = Math.min(task.definition.retries, maxRuns - task.runs.length - 1);
  becomePending(model, task, 'rerun');
  return answer(task);
};

export const cancel = (model: Model, task: ModelTask): Expected => {
  if (isLate(model, task)) return conflict;
  if (!isResolved(task)) end(model, task, 'exception', 'canceled');
  else if (task.runs.at(-1)?.reasonResolved === 'canceled') {
    tell(model, task, 'task-exception', { runId: task.runs.length - 1 });
    afterResolution(model, task);
  }
  return answer(task);
};

export const mayChangePriority = (model: Model, task: ModelTask, to: string) =>
  !isLate(model, task) && !task.everResolved && task.priority !== to;

export const changePriority = (model: Model, task: ModelTask, to: string): Expected => {
  if (!mayChangePriority(model, task, to)) return conflict;
  const oldPriority = task.priority;
  task.priority = to;
  tell(model, task, 'task-priority-changed', { oldPriority, newPriority: to });
  return answer(task);
};

/** Resolves what is unresolved a minute after its deadline (queue.md, section 8). */
export const passDeadlines = (model: Model): void => {
  for (const task of model.tasks.values()) {
    if (task.deadlineLooked || Date.parse(task.definition.deadline) + deadlineDelayMs > model.now) continue;
    task.deadlineLooked = true;
    if (!isResolved(task)) end(model, task, 'exception', 'deadline-exceeded');
  }
};
