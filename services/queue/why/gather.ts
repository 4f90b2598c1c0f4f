import type { Queryable } from '@taskcluster/db';
import { stateOf, type Task, type TaskState } from '../domain/task.ts';
import { type Facts, maxAhead, maxEdges, maxNamed, maxWaiting, maxWorkers, type Root, type Workers } from './domain/facts.ts';
import { type Need, type Obstacle, obstacleOf } from './domain/obstacle.ts';
import { hopelessTasks, namesOf, waitingTasks } from './store/blocking.ts';
import { aheadOf } from './store/place.ts';
import { busyWorkers, queueInNumbers, quarantinedWorkers } from './store/workers.ts';

const maxExamples = 5;

export interface Gathering {
  readonly db: Queryable;
  readonly task: Task;
  /** Whether the caller holds a scope. */
  readonly may: (scope: string) => boolean;
  readonly staleMs: number;
  readonly deadlineDelayMs: number;
}

/**
 * Reads what the answer is made of. Numbers (how many tasks, how many workers, since when) are about this task's own waiting, and
 * whoever sees its status gets them. Names are about others: a task is named to whoever may see its status, a worker and what it runs to
 * whoever may list the workers, or the claimed tasks, of that queue.
 */
export const gatherFacts = async (gathering: Gathering): Promise<Facts> => {
  const { db, task, may, staleMs, deadlineDelayMs } = gathering;
  const state = stateOf(task);
  const { taskQueueId } = task;
  const pending = state === 'pending';
  const examples = <T>(scope: string, read: () => Promise<readonly T[]>): Promise<readonly T[]> =>
    pending && may(scope) ? read() : Promise.resolve([]);
  // All at once: each is a statement of a millisecond or less, but the bounded counts.
  const [numbers, blocking, ahead, busy, inQuarantine] = await Promise.all([
    queueInNumbers(db, taskQueueId, task.taskGroupId, maxWorkers + 1),
    state === 'unscheduled' ? rootsOf(gathering) : undefined,
    pending ? aheadOf(db, { ...task, inserted: task.runs.at(-1)?.scheduled ?? task.deadline }, maxAhead + 1) : undefined,
    examples(`queue:claimed-list:${taskQueueId}`, () => busyWorkers(db, taskQueueId, maxExamples)),
    examples(`queue:list-workers:${taskQueueId}`, () => quarantinedWorkers(db, taskQueueId, maxExamples)),
  ]);
  const { now = '', sealed = null, lastAsked = null, known = 0, quarantined = 0, running = 0, serving = false } = numbers ?? {};
  const workers: Workers = { lastAsked: lastAsked ?? undefined, known, quarantined, running, serving, busy, inQuarantine };
  return {
    now,
    task,
    requires: undefined,
    sealed: sealed ?? undefined,
    staleMs,
    deadlineDelayMs,
    ...blocking,
    ...(ahead ? { ahead, workers } : {}),
  };
};

const rootsOf = async ({ db, task, may }: Gathering): Promise<Pick<Facts, 'roots' | 'waitsForItself' | 'requires'>> => {
  // The task itself is one more.
  const rows = await waitingTasks(db, task.taskId, maxWaiting + 2);
  const more = rows.length > maxWaiting + 1;
  const self = rows.find((r) => r.taskId === task.taskId && r.need === 0);
  const others = leastNeeded(rows.filter((r) => r.taskId !== task.taskId));
  const near = others.map(({ state, need, ...r }) => ({
    ...r,
    state: stateFrom(state),
    need: need as Need,
    byHand: state === 'unscheduled' && (r.waitsForItself || r.unsatisfied === 0),
  }));
  // An unscheduled one is a root when it waits for scheduleTask or ends by itself: otherwise what it waits for is in the list too.
  const ends = near.filter((r) => r.state !== 'unscheduled' || r.byHand || obstacleOf(r) === 'ending');
  const far = more ? await hopelessBelow(db, self ? [self, ...others] : others) : [];
  const roots = leastNeeded([...ends, ...far]);
  const named = await namesFor(db, roots, may);
  const list = roots.map(({ taskId, state, need, byHand, deadline }): Root => ({
    state,
    need,
    byHand,
    deadline: deadline ?? undefined,
    known: named.get(taskId),
  }));
  return {
    roots: { list, more, others: others.length },
    waitsForItself: self?.waitsForItself ?? false,
    requires: self?.requires ?? undefined,
  };
};

const stateFrom = (state: string | null) => (state as TaskState | null) ?? undefined;

/** Each task once, in the order of the first, as what most is needed of: that it completes, before that it is over. */
const leastNeeded = <T extends { readonly taskId: string; readonly need: number }>(rows: readonly T[]): readonly T[] => {
  const tasks = new Map<string, T>();
  for (const row of rows) if (row.need < (tasks.get(row.taskId)?.need ?? Infinity)) tasks.set(row.taskId, row);
  return [...tasks.values()];
};

/** What failed or is gone where the walk ended too early to meet it: that decides, however much else is waited for. */
const hopelessBelow = async (
  db: Queryable,
  rows: readonly { readonly taskId: string; readonly state: string | null; readonly need: number }[],
) => {
  const open = rows.filter((r) => r.state === 'unscheduled').map(({ taskId, need }) => ({ taskId, need }));
  const found = await hopelessTasks(db, open, maxEdges, maxWaiting);
  return found.map(({ taskId, state, need }) => ({ taskId, state: stateFrom(state), need: need as Need, byHand: false, deadline: null }));
};

/** Of each kind of obstacle the first that the caller may see, with their names if it may read those. */
const namesFor = async (
  db: Queryable,
  roots: readonly (Pick<Root, 'state' | 'need'> & { readonly taskId: string })[],
  may: Gathering['may'],
) => {
  const counts = new Map<Obstacle, number>();
  const seen = roots.filter((r) => {
    const count = counts.get(obstacleOf(r)) ?? 0;
    if (count >= maxNamed || !may(`queue:status:${r.taskId}`)) return false;
    counts.set(obstacleOf(r), count + 1);
    return true;
  });
  const readable = seen.map((r) => r.taskId).filter((id) => may(`queue:get-task:${id}`));
  const names = new Map((readable.length > 0 ? await namesOf(db, readable) : []).map((r) => [r.taskId, r.name]));
  return new Map(
    seen.map(({ taskId }) => {
      const name = names.get(taskId);
      return [taskId, { taskId, ...(name ? { name } : {}) }];
    }),
  );
};
