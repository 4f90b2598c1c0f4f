import { ApiError } from '@taskcluster/api';
import { messagesWritten } from '@taskcluster/bus';
import { batched, type Database, type Outcome, type Tx } from '@taskcluster/db';
import { messageFor } from './domain/announce.ts';
import { type Change, type Decision, type Refusal, schedule } from './domain/life-cycle.ts';
import { stateOf, type Task } from './domain/task.ts';
import {
  type ChangeRow,
  countOff,
  queueResolutions,
  type Resolution,
  type SatisfiedEdges,
  satisfyEdges,
  writeChanges,
} from './store/changes.ts';
import { lockEntries } from './store/pending.ts';
import type { RecordedClaims } from './store/workers.ts';
import { findTasks, hasDependents, lockTasks } from './store/tasks.ts';

/** An event that happens to a task. */
export interface Transition {
  readonly taskId: string;
  readonly decide: (task: Task, now: string) => Decision;
}

export const channels = {
  pending: 'queue.pending',
  groupChecks: 'queue.group-checks',
  resolutions: 'queue.resolutions',
} as const;

/** Most edges that a resolution satisfies in its own transaction; the rest is the work of a loop that is woken by it. */
export const maxEdgesAtOnce = 1_000;

/** Runs transitions, those that arrive together in one transaction; each caller gets its own answer or error. */
export const transitions = (db: Database): ((transition: Transition) => Promise<Task>) =>
  batched<Transition, Task>({ run: (items) => db.steady.tx((tx) => runAll(tx, items), 'queue.transit') });

const refusal = ({ refused, message }: Refusal) => new ApiError(refused, message);

const runAll = async (tx: Tx, items: readonly Transition[]): Promise<Outcome<Task>[]> => {
  const taskIds = [...new Set(items.map((i) => i.taskId))];
  // Sent together; the second is answered under the locks of the first.
  const [locked, dependents] = await Promise.all([lockTasks(tx, taskIds), hasDependents(tx, taskIds)]);
  const tasks = new Map<string, Task>(locked.map(({ now: _, ...task }) => [task.taskId, task]));
  const now = locked[0]?.now ?? '';
  const outcomes: Outcome<Task>[] = [];
  let changes = new Map<string, Change>();
  for (const { taskId, decide } of items) {
    // A statement writes a task once: an event about a task that changed in this round starts the next round.
    if (changes.has(taskId)) {
      await applyChanges(tx, [...changes.values()], now);
      changes = new Map();
      // What was written may have scheduled others of these tasks, which depend on it.
      for (const { now: _, ...task } of await lockTasks(tx, taskIds)) tasks.set(task.taskId, task);
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
  await applyChanges(tx, [...changes.values()], now, { last: !dependents });
  return outcomes;
};

interface ApplyOptions {
  /** What workers claimed by these changes. */
  readonly claims?: RecordedClaims;
  /** This ends the transaction, and nothing depends on these tasks (`hasDependents`). */
  readonly last?: boolean;
}

/**
 * Writes changes of locked tasks (each task once) and everything that follows from them: messages, dependents, notes about groups, and
 * what their workers are known for when the changes are claims.
 */
export const applyChanges = async (
  tx: Tx,
  changes: readonly Change[],
  now: string,
  { claims, last = false }: ApplyOptions = {},
): Promise<void> => {
  const effective = changes.filter((c) => c.announce.length > 0 || c.claim !== undefined);
  if (effective.length === 0) return;
  const resolved = effective.filter((c) => c.resolved).map((c) => c.task);
  const resolutions = resolved.map((t) => ({ taskId: t.taskId, completed: stateOf(t) === 'completed' }));
  const groups = [...new Set(resolved.map((t) => t.taskGroupId))];
  const left = effective.flatMap(({ task: { taskId, taskQueueId }, unpend }) => (unpend ? [{ taskId, taskQueueId, ...unpend }] : []));
  if (left.length > 0) await lockEntries(tx, left);
  const edges = await writeChanges(tx, effective.map(rowOf), {
    last,
    resolutions: last ? [] : resolutions,
    maxEdges: maxEdgesAtOnce,
    groups,
    claims,
  });
  tx.wake(messagesWritten);
  for (const { task, pending } of effective) if (pending !== undefined) tx.wake(channels.pending, task.taskQueueId);
  if (groups.length > 0) tx.wake(channels.groupChecks);
  if (await scheduleDependents(tx, edges, now)) return;
  await queueResolutions(tx, resolutions);
  tx.wake(channels.resolutions);
};

const rowOf = ({ task, announce, pending, unpend, claim, resolved = false }: Change): ChangeRow => {
  const { taskId, taskGroupId, taskQueueId, rank, deadline } = task;
  return {
    taskId,
    taskGroupId,
    state: stateOf(task),
    runs: task.runs,
    retriesLeft: task.retriesLeft,
    everResolved: task.everResolved,
    pending: pending === undefined ? null : { taskQueueId, rank, inserted: task.runs[pending]?.scheduled ?? '', runId: pending, deadline },
    unpend: unpend ? { taskQueueId, ...unpend } : null,
    claim: claim ? { taskQueueId, ...claim } : null,
    endsClaim: claim === null,
    settled: resolved,
    reopenedUntil: pending !== undefined && task.runs[pending]?.reasonCreated === 'rerun' ? deadline : null,
    messages: announce.map((a) => messageFor(task, a)),
  };
};

/** Schedules the dependents that waited for nothing but these tasks. Answers whether all were told: false when the limit was reached. */
export const tellDependents = async (tx: Tx, resolutions: readonly Resolution[], now: string): Promise<boolean> =>
  scheduleDependents(tx, await satisfyEdges(tx, resolutions, maxEdgesAtOnce), now);

const scheduleDependents = async (tx: Tx, edges: readonly SatisfiedEdges[], now: string): Promise<boolean> => {
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
