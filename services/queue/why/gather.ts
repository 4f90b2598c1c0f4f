import type { Queryable } from '@taskcluster/db';
import { stateOf, type Task, type TaskState } from '../domain/task.ts';
import { type Facts, maxAhead, maxEdges, maxNamed, maxWaiting, maxWorkers, type Root, type Workers } from './domain/facts.ts';
import { type Obstacle, obstacleOf } from './domain/obstacle.ts';
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
}

/**
 * Reads what the answer is made of. Numbers (how many tasks, how many workers, since when) are about this task's own waiting, and
 * whoever sees its status gets them. Names are about others: a task is named to whoever may see its status, a worker and what it runs to
 * whoever may list the workers, or the claimed tasks, of that queue.
 */
export const gatherFacts = async ({ db, task, may, staleMs }: Gathering): Promise<Facts> => {
  const state = stateOf(task);
  const { taskQueueId } = task;
  const pending = state === 'pending';
  const examples = <T>(scope: string, read: () => Promise<readonly T[]>): Promise<readonly T[]> =>
    pending && may(scope) ? read() : Promise.resolve([]);
  // All at once: each is a statement of a millisecond or less, but the bounded counts.
  const [numbers, blocking, ahead, busy, inQuarantine] = await Promise.all([
    queueInNumbers(db, taskQueueId, task.taskGroupId, maxWorkers + 1),
    state === 'unscheduled' ? rootsOf({ db, task, may, staleMs }) : undefined,
    pending ? aheadOf(db, { ...task, inserted: task.runs.at(-1)?.scheduled ?? task.deadline }, maxAhead + 1) : undefined,
    examples(`queue:claimed-list:${taskQueueId}`, () => busyWorkers(db, taskQueueId, maxExamples)),
    examples(`queue:list-workers:${taskQueueId}`, () => quarantinedWorkers(db, taskQueueId, maxExamples)),
  ]);
  const { now = '', sealed = null, lastAsked = null, known = 0, quarantined = 0, running = 0 } = numbers ?? {};
  const workers: Workers = { lastAsked: lastAsked ?? undefined, known, quarantined, running, busy, inQuarantine };
  return { now, task, requires: undefined, sealed: sealed ?? undefined, staleMs, ...blocking, ...(ahead ? { ahead, workers } : {}) };
};

const rootsOf = async ({ db, task, may }: Gathering): Promise<Pick<Facts, 'roots' | 'waitsForItself' | 'requires'>> => {
  // The task itself is one more.
  const rows = await waitingTasks(db, task.taskId, maxWaiting + 2);
  const more = rows.length > maxWaiting + 1;
  const self = rows.find((r) => r.taskId === task.taskId);
  // An unscheduled one is a root only when it waits for itself: otherwise what it waits for is in the list too.
  const near = rows.filter((r) => r !== self && (r.state !== 'unscheduled' || r.waitsForItself || r.unsatisfied === 0));
  const far = more ? await hopelessBelow(db, rows) : [];
  const known = new Set(near.map((r) => r.taskId));
  const roots = [...near, ...far.filter((r) => !known.has(r.taskId))].map((r) => ({
    ...r,
    state: (r.state as TaskState | null) ?? undefined,
  }));
  const named = await namesFor(db, roots, may);
  const list = roots.map(({ taskId, state, waitsForItself }): Root => ({ state, waitsForItself, known: named.get(taskId) }));
  return { roots: { list, more }, waitsForItself: self?.waitsForItself ?? false, requires: self?.requires ?? undefined };
};

/** What failed or is gone where the walk ended too early to meet it: that decides, however much else is waited for. */
const hopelessBelow = async (db: Queryable, rows: readonly { readonly taskId: string; readonly state: string | null }[]) => {
  const open = rows.filter((r) => r.state === 'unscheduled').map((r) => r.taskId);
  return (await hopelessTasks(db, open, maxEdges, maxWaiting)).map((r) => ({ ...r, waitsForItself: false }));
};

/** Of each kind of obstacle the first that the caller may see, with their names if it may read those. */
const namesFor = async (db: Queryable, roots: readonly (Pick<Root, 'state'> & { readonly taskId: string })[], may: Gathering['may']) => {
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
