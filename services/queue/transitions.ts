import { ApiError } from '@taskcluster/api';
import { messagesWritten } from '@taskcluster/bus';
import { batched, type Database, type Outcome, type Tx } from '@taskcluster/db';
import { messageFor } from './domain/announce.ts';
import { type Change, type Decision, type Refusal, schedule } from './domain/life-cycle.ts';
import { stateOf, type Task } from './domain/task.ts';
import { type ChangeRow, countOff, queueResolutions, type Resolution, satisfyEdges, writeChanges } from './store/changes.ts';
import { noteGroups } from './store/groups.ts';
import { findTasks, lockTasks } from './store/tasks.ts';

/** An event that happens to a task. */
export interface Transition {
  readonly taskId: string;
  readonly decide: (task: Task, now: string) => Decision;
}

export const channels = {
  pending: 'queue.pending',
  groupChecks: 'queue.group-checks',
  resolutions: 'queue.resolutions',
  claims: 'queue.claims',
} as const;

/** Most edges that a resolution satisfies in its own transaction; the rest is the work of a loop that is woken by it. */
export const maxEdgesAtOnce = 1_000;

/** Runs transitions, those that arrive together in one transaction; each caller gets its own answer or error. */
export const transitions = (db: Database): ((transition: Transition) => Promise<Task>) =>
  batched<Transition, Task>({ run: (items) => db.tx((tx) => runAll(tx, items)) });

const refusal = ({ refused, message }: Refusal) => new ApiError(refused, message);

const runAll = async (tx: Tx, items: readonly Transition[]): Promise<Outcome<Task>[]> => {
  const locked = await lockTasks(tx, [...new Set(items.map((i) => i.taskId))]);
  const tasks = new Map<string, Task>(locked.map(({ now: _, ...task }) => [task.taskId, task]));
  const now = locked[0]?.now ?? '';
  const outcomes: Outcome<Task>[] = [];
  let changes = new Map<string, Change>();
  for (const { taskId, decide } of items) {
    // A statement writes a task once: an event about a task that changed in this round starts the next round.
    if (changes.has(taskId)) {
      await applyChanges(tx, [...changes.values()], now);
      changes = new Map();
    }
    const task = tasks.get(taskId);
    const decision: Decision = task
      ? decide(task, now)
      : { refused: 'ResourceNotFound', message: `There is no task ${taskId}. Did it expire?` };
    if ('refused' in decision) outcomes.push({ error: refusal(decision) });
    else {
      changes.set(taskId, decision);
      tasks.set(taskId, decision.task);
      outcomes.push({ value: decision.task });
    }
  }
  await applyChanges(tx, [...changes.values()], now);
  return outcomes;
};

/** Writes changes of locked tasks (each task once) and everything that follows from them: messages, dependents, notes about groups. */
export const applyChanges = async (tx: Tx, changes: readonly Change[], now: string): Promise<void> => {
  const effective = changes.filter((c) => c.announce.length > 0 || c.claim !== undefined);
  if (effective.length === 0) return;
  const resolved = effective.filter((c) => c.resolved).map((c) => c.task);
  // Sent together: each is a statement of its own, in this order, and none waits for the answer to the one before.
  await Promise.all([writeChanges(tx, effective.map(rowOf)), resolved.length > 0 ? afterResolution(tx, resolved, now) : undefined]);
  tx.wake(messagesWritten);
  for (const { task, pending } of effective) if (pending !== undefined) tx.wake(channels.pending, task.taskQueueId);
  if (effective.some((c) => c.claim)) tx.wake(channels.claims);
};

const rowOf = ({ task, announce, pending, unpend, claim }: Change): ChangeRow => {
  const { taskId, taskQueueId, rank, deadline } = task;
  return {
    taskId,
    state: stateOf(task),
    runs: task.runs,
    retriesLeft: task.retriesLeft,
    everResolved: task.everResolved,
    pending: pending === undefined ? null : { taskQueueId, rank, inserted: task.runs[pending]?.scheduled ?? '', runId: pending, deadline },
    unpend: unpend ? { taskQueueId, ...unpend } : null,
    claim: claim ? { taskQueueId, ...claim } : null,
    endsClaim: claim === null,
    messages: announce.map((a) => messageFor(task, a)),
  };
};

const afterResolution = async (tx: Tx, tasks: readonly Task[], now: string): Promise<void> => {
  const groups = [...new Set(tasks.map((t) => t.taskGroupId))];
  tx.wake(channels.groupChecks);
  const resolutions = tasks.map((t) => ({ taskId: t.taskId, completed: stateOf(t) === 'completed' }));
  const [allTold] = await Promise.all([tellDependents(tx, resolutions, now), noteGroups(tx, groups)]);
  if (allTold) return;
  await queueResolutions(tx, resolutions);
  tx.wake(channels.resolutions);
};

/** Schedules the dependents that waited for nothing but these tasks. Answers whether all were told: false when the limit was reached. */
export const tellDependents = async (tx: Tx, resolutions: readonly Resolution[], now: string): Promise<boolean> => {
  const edges = await satisfyEdges(tx, resolutions, maxEdgesAtOnce);
  const ready = await countOff(tx, edges);
  if (ready.length > 0) {
    const tasks = await findTasks(tx, ready);
    await applyChanges(
      tx,
      tasks.map((task) => schedule(task, now)),
      now,
    );
  }
  return edges.reduce((n, e) => n + e.satisfied, 0) < maxEdgesAtOnce;
};
