import { ApiError, cut, encodeToken, type Handlers, pageLimit, textsIn } from '@taskcluster/api';
import type { queue, TaskDefinition, WorkerResponse } from '@taskcluster/contracts';
import { instant, InstantError } from '../domain/instant.ts';
import { priorityOf } from '../domain/task.ts';
import { readRun, type WorkerKey } from '../domain/worker.ts';
import type { QueueService } from '../service.ts';
import { heldTasks, pendingTasks } from '../store/lists.ts';
import { findProvisioner, findQueue, listProvisioners, listQueues } from '../store/queues.ts';
import { declareWorker, findWorker, listWorkers, quarantineWorker } from '../store/workers.ts';
import { placeOf } from './pages.ts';

type MetadataHandlers = Pick<
  Handlers<typeof queue, QueueService>,
  | 'listProvisioners'
  | 'getProvisioner'
  | 'listWorkerTypes'
  | 'getWorkerType'
  | 'listTaskQueues'
  | 'getTaskQueue'
  | 'listPendingTasks'
  | 'listClaimedTasks'
  | 'listWorkers'
  | 'getWorker'
  | 'quarantineWorker'
  | 'declareWorker'
>;
type Worker = NonNullable<Awaited<ReturnType<typeof findWorker>>>;
interface WorkerParams {
  readonly provisionerId: string;
  readonly workerType: string;
  readonly workerGroup: string;
  readonly workerId: string;
}

const keyOf = ({ provisionerId, workerType, workerGroup, workerId }: WorkerParams): WorkerKey => ({
  taskQueueId: `${provisionerId}/${workerType}`,
  workerGroup,
  workerId,
});

const halves = (taskQueueId: string) => {
  const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
  return { provisionerId, workerType };
};

/** Texts that the API still has, and that nobody can set any more. */
const fixed = { description: '', stability: 'experimental' } as const;

const unknownQueue = (taskQueueId: string) =>
  new ApiError(
    'ResourceNotFound',
    `There is no task queue ${taskQueueId}. A queue is known once a worker has asked it for work, until it expires.`,
  );
const unknownWorker = ({ taskQueueId, workerGroup, workerId }: WorkerKey) =>
  new ApiError(
    'ResourceNotFound',
    `There is no worker ${workerGroup}/${workerId} in ${taskQueueId}. A worker is known once it has asked for work, until it expires.`,
  );

const existingQueue = async ({ db }: QueueService, taskQueueId: string) => {
  const found = await findQueue(db, taskQueueId);
  if (!found) throw unknownQueue(taskQueueId);
  return { ...halves(taskQueueId), ...found, ...fixed };
};

const shownWorker = ({ quarantined: _, recentTasks, ...worker }: Worker): WorkerResponse => ({
  ...halves(worker.taskQueueId),
  ...worker,
  recentTasks: recentTasks.map(readRun),
});

const listedWorker = ({ workerGroup, workerId, firstClaim, lastDateActive, recentTasks, quarantined, quarantineUntil }: Worker) => {
  const latest = recentTasks.at(-1);
  return {
    workerGroup,
    workerId,
    firstClaim,
    lastDateActive,
    ...(latest === undefined ? {} : { latestTask: readRun(latest) }),
    ...(quarantined ? { quarantineUntil } : {}),
  };
};

const definitionOf = ({ definition, rank }: { readonly definition: object; readonly rank: number }) => ({
  ...(definition as TaskDefinition),
  priority: priorityOf(rank),
});

/** The one text that a list by names goes on after; the start of the list without a token. */
const nameIn = (token: string | undefined): string => textsIn(token, 1)[0] ?? '';

const timeOf = (name: string, text: string): string => {
  try {
    return instant(name, text);
  } catch (err) {
    throw err instanceof InstantError ? new ApiError('InputError', err.message) : err;
  }
};

export const workerMetadataHandlers: MetadataHandlers = {
  listProvisioners: async ({ db }, { query: { continuationToken, limit } }) => {
    const size = pageLimit(limit);
    const rows = await listProvisioners(db, nameIn(continuationToken), size + 1);
    const { page, next } = cut(rows, size, (p) => encodeToken([p.provisionerId]));
    return { provisioners: page.map((p) => ({ ...p, ...fixed })), ...next };
  },

  getProvisioner: async ({ db }, { params: { provisionerId } }) => {
    const found = await findProvisioner(db, provisionerId);
    if (!found)
      throw new ApiError('ResourceNotFound', `There is no task queue of provisioner ${provisionerId} that a worker asked for work.`);
    return { ...found, ...fixed };
  },

  listWorkerTypes: async ({ db }, { params: { provisionerId }, query: { continuationToken, limit } }) => {
    const size = pageLimit(limit);
    const rows = await listQueues(db, { prefix: `${provisionerId}/`, after: nameIn(continuationToken), limit: size + 1 });
    const { page, next } = cut(rows, size, (q) => encodeToken([q.taskQueueId]));
    return { workerTypes: page.map((q) => ({ ...halves(q.taskQueueId), ...q, ...fixed })), ...next };
  },

  getWorkerType: (service, { params: { provisionerId, workerType } }) => existingQueue(service, `${provisionerId}/${workerType}`),

  listTaskQueues: async ({ db }, { query: { continuationToken, limit } }) => {
    const size = pageLimit(limit);
    const rows = await listQueues(db, { prefix: '', after: nameIn(continuationToken), limit: size + 1 });
    const { page, next } = cut(rows, size, (q) => encodeToken([q.taskQueueId]));
    return { taskQueues: page.map((q) => ({ ...q, ...fixed })), ...next };
  },

  getTaskQueue: (service, { params: { taskQueueId } }) => existingQueue(service, taskQueueId),

  listPendingTasks: async ({ db }, { params: { taskQueueId }, query: { continuationToken, limit } }) => {
    const size = pageLimit(limit);
    const rows = await pendingTasks(db, { taskQueueId, after: placeOf(continuationToken), limit: size + 1 });
    const { page, next } = cut(rows, size, (t) => encodeToken([t.inserted, t.taskId]));
    return { tasks: page.map(({ taskId, runId, inserted, ...t }) => ({ taskId, runId, inserted, task: definitionOf(t) })), ...next };
  },

  listClaimedTasks: async ({ db }, { params: { taskQueueId }, query: { continuationToken, limit } }) => {
    const size = pageLimit(limit);
    const rows = await heldTasks(db, { taskQueueId, after: placeOf(continuationToken), limit: size + 1 });
    const { page, next } = cut(rows, size, (t) => encodeToken([t.claimed, t.taskId]));
    return { tasks: page.map(({ definition, rank, ...t }) => ({ ...t, task: definitionOf({ definition, rank }) })), ...next };
  },

  listWorkers: async ({ db }, { params: { provisionerId, workerType }, query: { continuationToken, limit, quarantined } }) => {
    const size = pageLimit(limit);
    const [group = '', id = ''] = textsIn(continuationToken, 2);
    const rows = await listWorkers(db, {
      taskQueueId: `${provisionerId}/${workerType}`,
      after: [group, id],
      limit: size + 1,
      quarantined: quarantined === undefined ? undefined : quarantined === 'true',
    });
    const { page, next } = cut(rows, size, (w) => encodeToken([w.workerGroup, w.workerId]));
    return { workers: page.map(listedWorker), ...next };
  },

  getWorker: async ({ db }, { params }) => {
    const worker = await findWorker(db, keyOf(params));
    if (!worker) throw unknownWorker(keyOf(params));
    return shownWorker(worker);
  },

  quarantineWorker: async ({ db }, { params, body: { quarantineUntil, quarantineInfo }, caller }) => {
    const { clientId } = caller;
    const until = timeOf('quarantineUntil', quarantineUntil);
    if (quarantineInfo?.includes('\0') || quarantineInfo?.isWellFormed() === false)
      throw new ApiError('InputError', 'quarantineInfo holds U+0000 or half a surrogate pair, which cannot be stored. Remove it.');
    const worker = await quarantineWorker(db, keyOf(params), { until, clientId, info: quarantineInfo ?? '[unspecified]' });
    if (!worker) throw unknownWorker(keyOf(params));
    return shownWorker(worker);
  },

  declareWorker: async ({ db }, { params, body, caller }) => {
    caller.authorize({ ...params, properties: Object.keys(body) });
    const key = keyOf(params);
    const expires = timeOf('expires', body.expires);
    const worker = await db.tx(async (tx) => {
      await declareWorker(tx, key, expires);
      const known = await findWorker(tx, key);
      if (!known) throw new ApiError('InputError', `expires (${expires}) is over: nobody would see the worker. Give a time in the future.`);
      return known;
    });
    return shownWorker(worker);
  },
};
