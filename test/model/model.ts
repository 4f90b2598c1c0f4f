import type { Action, Answer, Definition, Expected, Message, Run, Status } from './vocabulary.ts';

/**
 * What the queue promises, written a second time from queue.md and from nothing else: one task after the other in plain objects, no
 * database, no concurrency, nothing shared with `services/queue`. The real engine is held against it (`sequence.ts`), so whatever only
 * one of the two believes shows. All times are milliseconds.
 */
export interface Model {
  now: number;
  readonly tasks: Map<string, ModelTask>;
  readonly groups: Map<string, ModelGroup>;
  /** Every claim ever made, also lost ones: who works for a dead claim still calls. */
  readonly claims: ModelClaim[];
  /** Groups in which a task was resolved and which nobody has looked at since. */
  readonly noted: Set<string>;
  /** Messages since they were last taken, in order. */
  messages: Message[];
}
export interface ModelTask {
  readonly definition: Definition;
  priority: string;
  retriesLeft: number;
  readonly runs: Run[];
  /** Dependencies that need not be waited for any more. */
  readonly satisfied: Set<string>;
  everResolved: boolean;
  deadlineLooked: boolean;
}
export interface ModelGroup {
  readonly schedulerId: string;
  expires: number;
  sealed?: number;
}
export interface ModelClaim {
  readonly taskId: string;
  readonly runId: number;
  readonly worker: string;
}

export const claimMs = 1_200_000;
export const deadlineDelayMs = 60_000;
const hourMs = 3_600_000;
const maxRuns = 50;
const order = ['highest', 'very-high', 'high', 'medium', 'low', 'very-low', 'lowest'];
const iso = (ms: number) => new Date(ms).toISOString();

export const newModel = (now: number): Model => ({
  now,
  tasks: new Map(),
  groups: new Map(),
  claims: [],
  noted: new Set(),
  messages: [],
});

export const stateOf = ({ runs }: ModelTask): string => runs.at(-1)?.state ?? 'unscheduled';
const isResolved = (task: ModelTask) => ['completed', 'failed', 'exception'].includes(stateOf(task));
const isLate = (model: Model, task: ModelTask) => Date.parse(task.definition.deadline) < model.now;

export const statusOf = ({ definition: d, priority, retriesLeft, runs, ...task }: ModelTask): Status => {
  const { taskId, taskQueueId, schedulerId, projectId, taskGroupId, deadline, expires } = d;
  const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
  const about = { taskId, provisionerId, workerType, taskQueueId, schedulerId, projectId, taskGroupId, priority, deadline, expires };
  const state = stateOf({ definition: d, priority, retriesLeft, runs, ...task });
  return { ...about, retriesLeft, state, runs: runs.map((run) => ({ ...run })) };
};

const ok = (body: unknown): Expected => ({ code: 'ok', body });
const conflict: Expected = { code: 'RequestConflict' };
const unknown: Expected = { code: 'ResourceNotFound' };
const badInput: Expected = { code: 'InputError' };
const answer = (task: ModelTask): Expected => ok({ status: statusOf(task) });

/** What a message says besides the status. */
interface Told {
  readonly runId?: number;
  readonly [more: string]: unknown;
}
/** Announces something about a task, with the status that it has at this moment (queue.md, section 9). */
const tell = (model: Model, task: ModelTask, name: string, { runId, ...more }: Told = {}): void => {
  const { taskId, taskQueueId, schedulerId, taskGroupId, routes, tags } = task.definition;
  const run = runId === undefined ? undefined : task.runs[runId];
  const silent = name === 'task-pending' || run?.reasonResolved === 'deadline-exceeded' || run?.workerId === undefined;
  const worker = silent ? {} : { workerGroup: run?.workerGroup, workerId: run?.workerId };
  const status = name === 'task-defined' ? { ...statusOf(task), state: 'unscheduled', runs: [] } : statusOf(task);
  const tagged = name === 'task-priority-changed' ? {} : { task: { tags } };
  const words = [taskId, runId ?? '_', silent ? '_' : run?.workerGroup, silent ? '_' : run?.workerId];
  model.messages.push({
    about: taskId,
    name,
    key: ['primary', ...words, taskQueueId.replace('/', '.'), schedulerId, taskGroupId, '_'].join('.'),
    cc: routes.map((r) => `route.${r}`),
    payload: { version: 1, status, ...tagged, ...(runId === undefined ? {} : { runId }), ...worker, ...more },
  });
};
const tellGroup = (model: Model, taskGroupId: string, name: string, more: object): void => {
  const schedulerId = model.groups.get(taskGroupId)?.schedulerId ?? '';
  model.messages.push({
    about: taskGroupId,
    name,
    key: ['primary', taskGroupId, schedulerId, '_'].join('.'),
    cc: [],
    payload: { version: 1, taskGroupId, schedulerId, ...more },
  });
};
/** What `getTaskGroup` answers. */
export const shownGroup = (model: Model, taskGroupId: string) => {
  const { schedulerId = '', expires = 0, sealed } = model.groups.get(taskGroupId) ?? {};
  return { taskGroupId, schedulerId, expires: iso(expires), ...(sealed === undefined ? {} : { sealed: iso(sealed) }) };
};

const addRun = (model: Model, task: ModelTask, reasonCreated: string): void => {
  task.runs.push({ runId: task.runs.length, state: 'pending', reasonCreated, scheduled: iso(model.now) });
};
const becomePending = (model: Model, task: ModelTask, reasonCreated: string): void => {
  addRun(model, task, reasonCreated);
  tell(model, task, 'task-pending', { runId: task.runs.length - 1 });
};

/** What follows from a task that is resolved for good: dependents, and its group is looked at (queue.md, section 8). */
const afterResolution = (model: Model, task: ModelTask): void => {
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
const end = (model: Model, task: ModelTask, state: 'completed' | 'failed' | 'exception', reason: string): void => {
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

/** Whether a dependency does not exist, or will be gone before the deadline. */
const wrongDependencies = (model: Model, { taskId, dependencies, deadline }: Definition): boolean =>
  dependencies.some((id) => {
    const required = model.tasks.get(id);
    return id !== taskId && (!required || required.definition.expires < deadline);
  });

const create = (model: Model, definition: Definition, given: Answer | undefined): Expected => {
  const { taskId, taskGroupId, schedulerId, dependencies, requires } = definition;
  const [created, deadline, expires] = [definition.created, definition.deadline, definition.expires].map((t) => Date.parse(t)) as [
    number,
    number,
    number,
  ];
  if (Math.abs(created - model.now) > 900_000 || deadline < model.now) return badInput;
  const group = model.groups.get(taskGroupId);
  if (group && (group.schedulerId !== schedulerId || group.sealed !== undefined)) return conflict;
  if (!group) model.groups.set(taskGroupId, { schedulerId, expires: expires + hourMs });
  else if (expires > group.expires) group.expires = expires + hourMs;
  const stored = model.tasks.get(taskId);
  if (stored) {
    const same = JSON.stringify({ ...stored.definition, priority: stored.priority }) === JSON.stringify(definition);
    // With a dependency that cannot be, another definition under a taken id is wrong twice: either refusal says so.
    if (!same) return given?.code === 'InputError' && wrongDependencies(model, definition) ? badInput : conflict;
    tell(model, stored, 'task-defined');
    if (stored.runs[0]?.state === 'pending') tell(model, stored, 'task-pending', { runId: 0 });
    return answer(stored);
  }
  if (wrongDependencies(model, definition)) return badInput;
  const { priority, retries } = definition;
  const satisfied = new Set(
    dependencies.filter((id) => {
      const required = model.tasks.get(id);
      return required && (stateOf(required) === 'completed' || (requires === 'all-resolved' && isResolved(required)));
    }),
  );
  const task: ModelTask = { definition, priority, retriesLeft: retries, runs: [], satisfied, everResolved: false, deadlineLooked: false };
  model.tasks.set(taskId, task);
  tell(model, task, 'task-defined');
  if (satisfied.size === dependencies.length) becomePending(model, task, 'scheduled');
  return answer(task);
};

const schedule = (model: Model, task: ModelTask): Expected => {
  if (isLate(model, task)) return conflict;
  if (task.runs.length === 0) becomePending(model, task, 'scheduled');
  return answer(task);
};

const rerun = (model: Model, task: ModelTask): Expected => {
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

const cancel = (model: Model, task: ModelTask): Expected => {
  if (isLate(model, task)) return conflict;
  if (!isResolved(task)) end(model, task, 'exception', 'canceled');
  else if (task.runs.at(-1)?.reasonResolved === 'canceled') {
    tell(model, task, 'task-exception', { runId: task.runs.length - 1 });
    afterResolution(model, task);
  }
  return answer(task);
};

const mayChangePriority = (model: Model, task: ModelTask, to: string) => !isLate(model, task) && !task.everResolved && task.priority !== to;

const changePriority = (model: Model, task: ModelTask, to: string): Expected => {
  if (!mayChangePriority(model, task, to)) return conflict;
  const oldPriority = task.priority;
  task.priority = to;
  tell(model, task, 'task-priority-changed', { oldPriority, newPriority: to });
  return answer(task);
};

const membersOf = (model: Model, taskGroupId: string) => [...model.tasks.values()].filter((t) => t.definition.taskGroupId === taskGroupId);
const idsOf = (tasks: readonly ModelTask[]) => tasks.map((t) => t.definition.taskId).toSorted();

const changeGroupPriority = (model: Model, taskGroupId: string, newPriority: string): Expected => {
  const group = model.groups.get(taskGroupId);
  if (!group) return unknown;
  const changed = membersOf(model, taskGroupId).filter((task) => mayChangePriority(model, task, newPriority));
  for (const task of changed) task.priority = newPriority;
  tellGroup(model, taskGroupId, 'task-group-priority-changed', { newPriority, tasksAffected: changed.length });
  return ok({ taskGroupId, schedulerId: group.schedulerId, newPriority, tasksAffected: changed.length, taskIds: idsOf(changed) });
};

const seal = (model: Model, taskGroupId: string): Expected => {
  const group = model.groups.get(taskGroupId);
  if (!group) return unknown;
  group.sealed ??= model.now;
  const shown = shownGroup(model, taskGroupId);
  tellGroup(model, taskGroupId, 'task-group-sealed', { expires: shown.expires, sealed: shown.sealed });
  return ok(shown);
};

const cancelGroup = (model: Model, taskGroupId: string): Expected => {
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

/**
 * Which of several equal entries comes first is the engine's choice, so the answer that it gave is followed as far as it is right:
 * claimed tasks must be pending, by priority and then by age, and as many as there are. `loose` (in a race) leaves out the last two: an entry
 * that another request is just changing may be passed by.
 */
const claimWork = (model: Model, action: Action & { do: 'claimWork' }, given: Answer | undefined, loose: boolean): Expected => {
  const chosen = ((given?.body as { tasks?: { status: Status }[] } | undefined)?.tasks ?? []).map((t) => t.status.taskId);
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
  const taken = loose ? ranked.filter((t) => chosen.includes(t.definition.taskId)) : ranked.slice(0, action.tasks);
  return ok({ tasks: taken.map((task) => start(model, task, action.worker).body) });
};

const claimTask = (model: Model, task: ModelTask, { runId, worker }: Action & { do: 'claimTask' }): Expected => {
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

const reclaim = (model: Model, task: ModelTask, runId: number): Expected => {
  const run = task.runs[runId];
  if (!run) return unknown;
  if (isLate(model, task) || run.state !== 'running' || runId !== task.runs.length - 1) return conflict;
  run.takenUntil = iso(Math.max(Date.parse(run.takenUntil ?? ''), model.now + claimMs));
  const { task: _, ...rest } = claimAnswer(task, run, model.now);
  return ok(rest);
};

const report = (model: Model, task: ModelTask, { runId, as }: Action & { do: 'report' }): Expected => {
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

const expireClaims = (model: Model): void => {
  for (const task of model.tasks.values()) {
    const run = task.runs.at(-1);
    const expired = run?.state === 'running' && Date.parse(run.takenUntil ?? '') <= model.now;
    if (expired && !isLate(model, task)) end(model, task, 'exception', 'claim-expired');
  }
};
const passDeadlines = (model: Model): void => {
  for (const task of model.tasks.values()) {
    if (task.deadlineLooked || Date.parse(task.definition.deadline) + deadlineDelayMs > model.now) continue;
    task.deadlineLooked = true;
    if (!isResolved(task)) end(model, task, 'exception', 'deadline-exceeded');
  }
};
const lookAtGroups = (model: Model): void => {
  for (const taskGroupId of model.noted)
    if (membersOf(model, taskGroupId).every((t) => t.everResolved)) {
      const { expires, sealed } = shownGroup(model, taskGroupId);
      tellGroup(model, taskGroupId, 'task-group-resolved', { expires, ...(sealed === undefined ? {} : { sealed }) });
    }
  model.noted.clear();
};
/** The background processes, in the order in which the test runs them. They share no transaction, so requests may come between two of them. */
export const loops: readonly ((model: Model) => void)[] = [expireClaims, passDeadlines, lookAtGroups];
const runLoops = (model: Model): Expected => {
  for (const loop of loops) loop(model);
  return ok(undefined);
};

/** Does what one request does, and says what it must answer. `given` is what the engine answered, where it has a choice. */
export const apply = (model: Model, action: Action, given?: Answer, loose = false): Expected => {
  switch (action.do) {
    case 'create':
      return create(model, action.definition, given);
    case 'claimWork':
      return claimWork(model, action, given, loose);
    case 'groupPriority':
      return changeGroupPriority(model, action.taskGroupId, action.priority);
    case 'seal':
      return seal(model, action.taskGroupId);
    case 'cancelGroup':
      return cancelGroup(model, action.taskGroupId);
    case 'loops':
      return runLoops(model);
    default:
      return applyToTask(model, action);
  }
};

const applyToTask = (model: Model, action: Extract<Action, { readonly taskId: string }>): Expected => {
  // These scopes can be filled in from the URL, so they come before everything else.
  if ((action.do === 'report' || action.do === 'reclaim') && action.asRun !== action.runId) return { code: 'InsufficientScopes' };
  const task = model.tasks.get(action.taskId);
  if (!task) return unknown;
  switch (action.do) {
    case 'schedule':
      return schedule(model, task);
    case 'rerun':
      return rerun(model, task);
    case 'cancel':
      return cancel(model, task);
    case 'priority':
      return changePriority(model, task, action.priority);
    case 'claimTask':
      return claimTask(model, task, action);
    case 'reclaim':
      return reclaim(model, task, action.runId);
    default:
      return report(model, task, action);
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
