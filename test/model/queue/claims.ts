import type { Action, Answer, Expected, Run, Status } from '../vocabulary.ts';
import { answer, conflict, ok, unknown } from './answers.ts';
import { tell } from './messages.ts';
import { isLate, iso, type Model, type ModelTask, stateOf, statusOf } from './state.ts';
import { afterResolution, end } from './tasks.ts';
import { given as givenTo, isQuarantined } from './workers.ts';

const claimMs = 1_200_000;
const order = ['highest', 'very-high', 'high', 'medium', 'low', 'very-low', 'lowest'];

const start = (model: Model, task: ModelTask, worker: string): Expected => {
  const run = task.runs.at(-1);
  if (!run) return unknown;
  const takenUntil = iso(model.now + claimMs);
  Object.assign(run, { state: 'running', workerGroup: 'group', workerId: worker, takenUntil, started: iso(model.now) });
  model.claims.push({ taskId: task.definition.taskId, runId: run.runId, worker });
  tell(model, task, 'task-running', { runId: run.runId, takenUntil });
  return ok(claimAnswer(task, run, model.now));
};

/** What a worker gets: the run, the definition and credentials for exactly this run until the claim ends (queue.md, section 7). */
const claimAnswer = (task: ModelTask, { runId, workerGroup = '', workerId = '', takenUntil = '' }: Run, now: number) => {
  const { taskId, scopes } = task.definition;
  const run = `${taskId}/${runId}`;
  const expiry = Date.parse(takenUntil);
  return {
    status: statusOf(task),
    runId,
    workerGroup,
    workerId,
    takenUntil,
    task: {
      ...task.definition,
      taskId: undefined,
      priority: task.priority,
    },
    credentials: {
      clientId: `task-client/${run}/on/${workerGroup}/${workerId}/until/${expiry / 1_000}`,
      scopes: [`queue:reclaim-task:${run}`, `queue:resolve-task:${run}`, `queue:create-artifact:${run}`, ...scopes],
      start: now,
      expiry,
    },
  };
};

const pendingIn = (model: Model, taskQueueId: string) =>
  [...model.tasks.values()].filter((t) => t.definition.taskQueueId === taskQueueId && stateOf(t) === 'pending' && !isLate(model, t));
const placeOf = (task: ModelTask) => [order.indexOf(task.priority), Date.parse(task.runs.at(-1)?.scheduled ?? '')] as const;

const chosenIn = (given: Answer | undefined): readonly string[] =>
  ((given?.body as { tasks?: { status: Status }[] } | undefined)?.tasks ?? []).map((t) => t.status.taskId);

/** A quarantined worker gets nothing. That is looked at once: who is quarantined after that gets what it is just being given. */
export const refuseQuarantined = (model: Model, action: Action & { do: 'claimWork' }, given: Answer | undefined): Expected | undefined =>
  isQuarantined(model, action) && chosenIn(given).length > 0 ? { code: 'nothing, because the worker is quarantined' } : undefined;

/**
 * Which of several equal entries comes first is the engine's choice, so the answer that it gave is followed as far as it is right:
 * claimed tasks must be pending, by priority and then by age, and as many as there are. `loose` (in a race) leaves out the last two: an entry
 * that another request is just changing may be passed by, and its place is filled with what has come since.
 */
export const claimWork = (model: Model, action: Action & { do: 'claimWork' }, given: Answer | undefined, loose: boolean): Expected => {
  if (!loose && isQuarantined(model, action)) return ok({ tasks: [] });
  const chosen = chosenIn(given);
  const waiting = pendingIn(model, action.taskQueueId).toSorted((a, b) => {
    const [[rankA, sinceA], [rankB, sinceB]] = [placeOf(a), placeOf(b)];
    return rankA - rankB || sinceA - sinceB || chosen.indexOf(a.definition.taskId) - chosen.indexOf(b.definition.taskId);
  });
  // Among equals, those that were chosen come first.
  const ranked = waiting.toSorted((a, b) => {
    const [[rankA, sinceA], [rankB, sinceB]] = [placeOf(a), placeOf(b)];
    const left = (t: ModelTask) => (chosen.includes(t.definition.taskId) ? 0 : 1);
    return rankA - rankB || sinceA - sinceB || left(a) - left(b);
  });
  const taken = loose ? chosen.flatMap((id) => ranked.find((t) => t.definition.taskId === id) ?? []) : ranked.slice(0, action.tasks);
  const claims = taken.map((task) => start(model, task, action.worker).body);
  givenTo(
    model,
    action,
    taken.map((task) => ({ taskId: task.definition.taskId, runId: task.runs.length - 1 })),
  );
  return ok({ tasks: claims });
};

export const claimTask = (model: Model, task: ModelTask, { runId, worker }: Action & { do: 'claimTask' }): Expected => {
  if (isLate(model, task)) return conflict;
  const run = task.runs[runId];
  if (!run) return unknown;
  const isLast = runId === task.runs.length - 1;
  if (isLast && run.state === 'running' && run.workerId === worker) {
    // A claim that is over has no credentials to give; the background process is about to end the run.
    if (Date.parse(run.takenUntil ?? '') <= model.now) return conflict;
    tell(model, task, 'task-running', { runId, takenUntil: run.takenUntil });
    return ok(claimAnswer(task, run, model.now));
  }
  return isLast && run.state === 'pending' ? start(model, task, worker) : conflict;
};

export const reclaim = (model: Model, task: ModelTask, runId: number): Expected => {
  const run = task.runs[runId];
  if (!run) return unknown;
  if (isLate(model, task) || run.state !== 'running' || runId !== task.runs.length - 1) return conflict;
  run.takenUntil = iso(Math.max(Date.parse(run.takenUntil ?? ''), model.now + claimMs));
  const { task: _, ...rest } = claimAnswer(task, run, model.now);
  return ok(rest);
};

export const report = (model: Model, task: ModelTask, { runId, as }: Action & { do: 'report' }): Expected => {
  const run = task.runs[runId];
  if (!run) return unknown;
  const newer = task.runs.length - 1 - runId;
  const state = as === 'completed' || as === 'failed' ? as : 'exception';
  if (run.state === state && run.reasonResolved === as && newer <= (state === 'exception' ? 1 : 0)) {
    tell(model, task, `task-${state}`, { runId });
    if (task.runs[runId + 1]?.state === 'pending') tell(model, task, 'task-pending', { runId: runId + 1 });
    if (newer === 0) afterResolution(model, task);
    return answer(task);
  }
  if (newer > 0 || run.state !== 'running') return conflict;
  end(model, task, state, as);
  return answer(task);
};

/** Runs whose claim ran out are ended, and tried again; those past their deadline are left to it (queue.md, section 8). */
export const expireClaims = (model: Model): void => {
  for (const task of model.tasks.values()) {
    const run = task.runs.at(-1);
    const expired = run?.state === 'running' && Date.parse(run.takenUntil ?? '') <= model.now;
    if (!expired) continue;
    if (isLate(model, task)) task.claimForgotten = true;
    else end(model, task, 'exception', 'claim-expired');
  }
};

/** What `taskQueueCounts` answers. */
export const countsOf = (model: Model, taskQueueId: string) => ({
  pendingTasks: pendingIn(model, taskQueueId).length,
  claimedTasks: [...model.tasks.values()].filter((t) => {
    const run = t.runs.at(-1);
    return t.definition.taskQueueId === taskQueueId && run?.state === 'running' && Date.parse(run.takenUntil ?? '') > model.now;
  }).length,
});
