import type { Run } from '@taskcluster/contracts';
import { isResolved, maxRuns, type ReasonCreated, type ReasonResolved, stateOf, type Task } from './task.ts';

/**
 * The life cycle of a task as pure decisions: a task, an event and the time go in; the task after it, what is to be
 * announced and what else has to be written come out. queue.md, section 3 is the table that this file implements.
 */
export interface Change {
  readonly task: Task;
  /** Messages about the task, in order. */
  readonly announce: readonly Announcement[];
  /** A run became pending: it waits to be claimed. */
  readonly pending?: number;
  /** The run that was pending no longer is. */
  readonly unpend?: Pending;
  /** The run is claimed until then; `null`: the claim has ended. */
  readonly claim?: Claim | null;
  /** The task is resolved, and no retry follows: who depends on it is told. Also on repeats, so that nobody is forgotten. */
  readonly resolved?: boolean;
}
export type Announcement =
  | { readonly message: 'taskPending' | 'taskRunning' | 'taskCompleted' | 'taskFailed' | 'taskException'; readonly runId: number }
  | { readonly message: 'taskDefined' };
export interface Pending {
  readonly rank: number;
  readonly inserted: string;
}
export interface Claim {
  readonly runId: number;
  readonly workerGroup: string;
  readonly workerId: string;
  readonly claimed: string;
  readonly takenUntil: string;
}
/** The event cannot happen now; the message is for the caller. */
export interface Refusal {
  readonly refused: 'RequestConflict' | 'ResourceNotFound';
  readonly message: string;
}
export type Decision = Change | Refusal;

/** Nothing changes and nothing is announced. */
const unchanged = (task: Task): Change => ({ task, announce: [] });
const conflict = (message: string): Refusal => ({ refused: 'RequestConflict', message });
const notFound = (message: string): Refusal => ({ refused: 'ResourceNotFound', message });

const lastOf = (task: Task): Run | undefined => task.runs.at(-1);
const withLast = (task: Task, run: Run): Task => ({ ...task, runs: [...task.runs.slice(0, -1), run] });
const pastDeadline = (task: Task, now: string): Refusal | undefined =>
  task.deadline < now ? conflict(`The deadline of task ${task.taskId} has passed (${task.deadline}). Create a new task.`) : undefined;

const addPending = (task: Task, reasonCreated: ReasonCreated, now: string): Task => ({
  ...task,
  runs: [...task.runs, { runId: task.runs.length, state: 'pending', reasonCreated, scheduled: now }],
});
const becamePending = (task: Task): Pick<Change, 'task' | 'announce' | 'pending'> => {
  const runId = task.runs.length - 1;
  return { task, announce: [{ message: 'taskPending', runId }], pending: runId };
};
/** The entry of a pending run, which has to go with it. */
const entryOf = (task: Task): Pick<Change, 'unpend'> => {
  const run = lastOf(task);
  return run?.state === 'pending' ? { unpend: { rank: task.rank, inserted: run.scheduled } } : {};
};

/** The first run, when nothing (more) has to be waited for. A task that has runs, or is past its deadline, is left as it is. */
export const schedule = (task: Task, now: string): Change =>
  task.runs.length > 0 || task.deadline < now ? unchanged(task) : becamePending(addPending(task, 'scheduled', now));

/** scheduleTask: as `schedule`, but a deadline that has passed is refused. */
export const scheduleByCaller = (task: Task, now: string): Decision => pastDeadline(task, now) ?? schedule(task, now);

export const rerun = (task: Task, now: string): Decision => {
  const late = pastDeadline(task, now);
  if (late) return late;
  const run = lastOf(task);
  if (run?.state === 'running') return unchanged(task);
  if (run?.state === 'pending') return { task, announce: [{ message: 'taskPending', runId: run.runId }] };
  if (task.runs.length >= maxRuns)
    return conflict(`Task ${task.taskId} has ${maxRuns} runs, which is the most that a task can have. Create a new task.`);
  const retriesLeft = Math.min(task.retries, maxRuns - task.runs.length - 1);
  return becamePending(addPending({ ...task, retriesLeft }, 'rerun', now));
};

export const cancel = (task: Task, now: string): Decision => pastDeadline(task, now) ?? endUnresolved(task, 'canceled', now);

/** Whoever is unresolved when the deadline has passed is resolved by it. */
export const passDeadline = (task: Task, now: string): Change =>
  isResolved(stateOf(task)) ? unchanged(task) : endUnresolved(task, 'deadline-exceeded', now);

const endUnresolved = (task: Task, reason: 'canceled' | 'deadline-exceeded', now: string): Change => {
  const run = lastOf(task);
  if (run && isResolved(run.state)) {
    // A repeat announces again: the first announcement was made with the change, but the caller cannot know.
    return run.reasonResolved === reason
      ? { task, announce: [{ message: 'taskException', runId: run.runId }], resolved: true }
      : unchanged(task);
  }
  const ended = run
    ? withLast(task, { ...run, state: 'exception', reasonResolved: reason, resolved: now })
    : {
        ...task,
        runs: [
          {
            runId: 0,
            state: 'exception' as const,
            reasonCreated: 'exception' as const,
            reasonResolved: reason,
            scheduled: now,
            resolved: now,
          },
        ],
      };
  return {
    task: { ...ended, everResolved: true },
    announce: [{ message: 'taskException', runId: ended.runs.length - 1 }],
    claim: null,
    resolved: true,
    ...entryOf(task),
  };
};

export interface ClaimRequest {
  readonly runId: number;
  readonly workerGroup: string;
  readonly workerId: string;
  readonly claimTimeoutMs: number;
}

const later = (now: string, ms: number) => new Date(Date.parse(now) + ms).toISOString();

/** A worker takes a pending run. Anything else is a conflict: the entry that led here was out of date. */
export const claim = (task: Task, { runId, workerGroup, workerId, claimTimeoutMs }: ClaimRequest, now: string): Decision => {
  const run = lastOf(task);
  const late = pastDeadline(task, now);
  if (late) return late;
  if (run?.runId !== runId || run.state !== 'pending') return conflict(`Run ${runId} of task ${task.taskId} is not pending.`);
  const takenUntil = later(now, claimTimeoutMs);
  return {
    task: withLast(task, { ...run, state: 'running', workerGroup, workerId, takenUntil, started: now }),
    announce: [{ message: 'taskRunning', runId }],
    claim: { runId, workerGroup, workerId, claimed: now, takenUntil },
  };
};

/** A worker takes the run that it names, out of turn; the worker that has it already may ask again, and it is announced again. */
export const claimNamed = (task: Task, request: ClaimRequest, now: string): Decision => {
  const { runId, workerGroup, workerId } = request;
  const late = pastDeadline(task, now);
  if (late) return late;
  const run = task.runs[runId];
  if (!run) return noSuchRun(task, runId);
  const isLast = runId === task.runs.length - 1;
  if (isLast && run.state === 'running' && run.workerGroup === workerGroup && run.workerId === workerId) {
    // There are no credentials for a claim that is over, and the run is about to be retried.
    if ((run.takenUntil ?? '') <= now)
      return conflict(`The claim of run ${runId} of task ${task.taskId} ended at ${run.takenUntil}. Claim again.`);
    return { task, announce: [{ message: 'taskRunning', runId }] };
  }
  const claimed = claim(task, request, now);
  return 'refused' in claimed ? claimed : { ...claimed, ...entryOf(task) };
};

/** The worker goes on: its claim is extended, never shortened. */
export const reclaim = (
  task: Task,
  { runId, claimTimeoutMs }: { readonly runId: number; readonly claimTimeoutMs: number },
  now: string,
): Decision => {
  const run = task.runs[runId];
  if (!run) return noSuchRun(task, runId);
  const late = pastDeadline(task, now);
  if (late) return late;
  if (run.state !== 'running' || runId !== task.runs.length - 1) return notRunning(task, runId);
  const until = later(now, claimTimeoutMs);
  const takenUntil = run.takenUntil && run.takenUntil > until ? run.takenUntil : until;
  const { workerGroup = '', workerId = '', started = now } = run;
  return {
    task: withLast(task, { ...run, takenUntil }),
    announce: [],
    claim: { runId, workerGroup, workerId, claimed: started, takenUntil },
  };
};

const noSuchRun = (task: Task, runId: number) => notFound(`Task ${task.taskId} has no run ${runId}; it has ${task.runs.length}.`);
const notRunning = (task: Task, runId: number): Refusal => {
  const { state = 'unscheduled', reasonResolved } = task.runs[runId] ?? {};
  return conflict(
    `Run ${runId} of task ${task.taskId} is ${state}${reasonResolved ? ` (${reasonResolved})` : ''}, not running. The worker must stop working on it.`,
  );
};

/** reportCompleted and reportFailed. */
export const report = (task: Task, runId: number, state: 'completed' | 'failed', now: string): Decision => {
  const run = task.runs[runId];
  if (!run) return noSuchRun(task, runId);
  const announce = [{ message: state === 'completed' ? 'taskCompleted' : 'taskFailed', runId }] as const;
  const isLast = runId === task.runs.length - 1;
  if (isLast && run.state === state && run.reasonResolved === state) return { task, announce, resolved: true };
  if (!isLast || run.state !== 'running') return notRunning(task, runId);
  const ended = withLast(task, { ...run, state, reasonResolved: state, resolved: now });
  return { task: { ...ended, everResolved: true }, announce, claim: null, resolved: true };
};

/** Reasons after which the queue tries again by itself, and how the new run says why it was made. */
const retried: Partial<Record<ReasonResolved, ReasonCreated>> = {
  'worker-shutdown': 'retry',
  'claim-expired': 'retry',
  'intermittent-task': 'task-retry',
};

/** Ends the last run with an exception; a reason that is not the task's fault starts the next run while retries are left. */
const except = (task: Task, run: Run, reason: ReasonResolved, now: string): Change => {
  const ended = withLast(task, { ...run, state: 'exception', reasonResolved: reason, resolved: now });
  const announce: Announcement = { message: 'taskException', runId: run.runId };
  const reasonCreated = retried[reason];
  if (reasonCreated === undefined || task.retriesLeft <= 0)
    return { task: { ...ended, everResolved: true }, announce: [announce], claim: null, resolved: true };
  const again = becamePending(addPending({ ...ended, retriesLeft: task.retriesLeft - 1 }, reasonCreated, now));
  return { ...again, announce: [announce, ...again.announce], claim: null };
};

/** reportException. */
export const reportException = (task: Task, runId: number, reason: ReasonResolved, now: string): Decision => {
  const run = task.runs[runId];
  if (!run) return noSuchRun(task, runId);
  const newer = task.runs.length - 1 - runId;
  if (run.state === 'exception' && run.reasonResolved === reason && newer <= 1) {
    const next = task.runs[runId + 1];
    const announce: Announcement[] = [{ message: 'taskException', runId }];
    if (next?.state === 'pending') announce.push({ message: 'taskPending', runId: next.runId });
    return newer === 0 ? { task, announce, resolved: true } : { task, announce };
  }
  if (newer > 0 || run.state !== 'running') return notRunning(task, runId);
  return except(task, run, reason, now);
};

/**
 * The answer that told a worker of its claim did not reach it: nobody works on the run. It ends like a claim that ran out, because the
 * worker may know more than we think, and must not report it any more; but the next run costs no retry, unless the task has no runs to
 * spare: it may have 50, and its retries are of them.
 */
export const giveBack = (
  task: Task,
  { runId, takenUntil }: { readonly runId: number; readonly takenUntil: string },
  now: string,
): Change => {
  const run = lastOf(task);
  const current = run?.runId === runId && run.state === 'running' && run.takenUntil === takenUntil;
  if (!run || !current || task.deadline < now) return unchanged(task);
  const spare = task.runs.length + task.retriesLeft < maxRuns;
  return except(spare ? { ...task, retriesLeft: task.retriesLeft + 1 } : task, run, 'claim-expired', now);
};

/** The machine of the worker is gone: what it was running is tried again, as if the worker had reported it (queue.md, section 3). */
export const loseWorker = (
  task: Task,
  { runId, workerGroup, workerId }: { readonly runId: number; readonly workerGroup: string; readonly workerId: string },
  now: string,
): Change => {
  const run = lastOf(task);
  const current = run?.runId === runId && run.state === 'running' && run.workerGroup === workerGroup && run.workerId === workerId;
  return run && current ? except(task, run, 'worker-shutdown', now) : unchanged(task);
};

/** The claim ran out: its worker is taken for dead. Whoever is past the deadline is left to it. */
export const expireClaim = (
  task: Task,
  { runId, takenUntil }: { readonly runId: number; readonly takenUntil: string },
  now: string,
): Change => {
  const run = lastOf(task);
  const current = run?.runId === runId && run.state === 'running' && run.takenUntil === takenUntil && takenUntil <= now;
  if (!run || !current || task.deadline < now) return unchanged(task);
  return except(task, run, 'claim-expired', now);
};
