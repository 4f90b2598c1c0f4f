import { ApiError } from '@taskcluster/api';
import { messagesWritten } from '@taskcluster/bus';
import type { Database, Tx } from '@taskcluster/db';
import { type Candidate, type CreateRequest, rowOf } from '../create.ts';
import { edgesOf, newTask } from '../domain/creation.ts';
import { stateOf, type Task, type TaskState } from '../domain/task.ts';
import { insertTasks } from '../store/tasks.ts';
import { channels } from '../transitions.ts';
import { announceAgain, findConflicts } from './existing.ts';
import { joinGroups } from './groups.ts';
import { type Problem, refusalOf } from './domain/problems.ts';
import { type Dependencies, findDependencies } from './dependencies.ts';
import { inSlices } from './slices.ts';

export type BatchRequest = CreateRequest & { readonly index: number };

export interface CreateBatch {
  /** Their author may create them; they are good in themselves, or else `problems` says what is wrong. */
  readonly requests: readonly BatchRequest[];
  /** All ids of the batch, also of tasks that were refused already. */
  readonly taskIds: ReadonlySet<string>;
  /** What was found so far: nothing is created when there is anything, but the rest is found as well. */
  readonly problems: readonly Problem[];
}

export interface Created {
  readonly created: number;
  readonly states: ReadonlyMap<string, TaskState>;
}

/** Somebody else created one of the tasks after this transaction had looked: it has to look again. */
class Overtaken extends Error {}
const maxAttempts = 5;

/**
 * Creates all tasks of a batch in one transaction, or throws one refusal that lists everything. Locks are taken in the order in which
 * createTask takes them (groups, dependencies, new tasks) and by id within each, so that neither waits for the other in a circle.
 */
export const createBatch = async (db: Database, batch: CreateBatch): Promise<Created> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.tx((tx) => createAll(tx, batch), 'queue.create-batch');
    } catch (err) {
      if (!(err instanceof Overtaken)) throw err;
      if (attempt === maxAttempts) throw new ApiError('ServiceUnavailable', err.message, {}, { cause: err, retryAfterSeconds: 2 });
    }
  }
};

const createAll = async (tx: Tx, { requests, taskIds, problems: before }: CreateBatch): Promise<Created> => {
  const sorted = requests.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1));
  const problems = [...before];
  const now = await joinGroups(tx, sorted, problems);
  const required = await findDependencies(tx, { requests: sorted, taskIds }, problems);
  const existing = await findConflicts(tx, sorted, problems);
  if (problems.length > 0) throw refusalOf(problems);
  // A task of the batch that somebody else has created since the dependencies were looked up counts as it is: nothing may resolve it unseen.
  const dependencies = new Map([...required, ...[...existing].map(([id, task]) => [id, { ...task, state: stateOf(task) }] as const)]);
  const created = await insert(tx, { requests: sorted.filter((r) => !existing.has(r.taskId)), dependencies, now });
  await announceAgain(tx, [...existing.values()]);
  const states = new Map([...existing.values(), ...created].map((task) => [task.taskId, stateOf(task)]));
  return { created: created.length, states };
};

interface Insertion {
  readonly requests: readonly BatchRequest[];
  readonly dependencies: Dependencies;
  readonly now: string;
}

const insert = async (tx: Tx, { requests, dependencies, now }: Insertion): Promise<readonly Task[]> => {
  const created: Task[] = [];
  const queues = new Set<string>();
  await inSlices(requests, async (slice) => {
    const candidates = slice.map((request): Candidate => {
      const edges = edgesOf(request, dependencies);
      return { ...request, task: newTask(request, edges, now), dependencies: edges };
    });
    const rows = candidates.map(rowOf);
    const inserted = await insertTasks(tx, rows);
    if (inserted.length < rows.length)
      throw new Overtaken('Somebody else is creating tasks of this batch at the same time. Send it again shortly.');
    const tasks = candidates.map((c) => c.task);
    created.push(...tasks);
    for (const task of tasks) if (task.runs.length > 0) queues.add(task.taskQueueId);
  });
  if (created.length > 0) tx.wake(messagesWritten);
  for (const taskQueueId of queues) tx.wake(channels.pending, taskQueueId);
  return created;
};
