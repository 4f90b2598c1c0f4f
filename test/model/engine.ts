import { invoker, methodsOf, monitoringHandlers, serviceApi } from '@taskcluster/api';
import { appendMessages, consumerLoop } from '@taskcluster/bus';
import { type Client, local } from '@taskcluster/client';
import { loadConfig } from '@taskcluster/config';
import { object, queue as contract } from '@taskcluster/contracts';
import { connect, type Database, script, sql } from '@taskcluster/db';
import { silentLog } from '@taskcluster/log';
import { queueService } from '@taskcluster/service-queue';
import { openTestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import type { Action, Answer, Message } from './vocabulary.ts';

/** The real queue on a real database, whose clock stands still unless the test moves it. */
export interface Engine {
  perform(action: Action): Promise<Answer>;
  /** The status of each task, as `statuses` answers. */
  statuses(taskIds: readonly string[]): Promise<readonly unknown[]>;
  /** Each group, as `getTaskGroup` answers; undefined for one that is not there. */
  groups(taskGroupIds: readonly string[]): Promise<readonly unknown[]>;
  counts(taskQueueId: string): Promise<{ readonly pendingTasks: number; readonly claimedTasks: number }>;
  /** Messages since they were last taken, in the order of their numbers. */
  takeMessages(): Promise<readonly Message[]>;
  setTime(ms: number): Promise<void>;
  /** Another process takes over: nothing but the database is kept. */
  restart(): Promise<void>;
  /** Forgets all tasks. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

// No artifact is stored here.
const storage = {
  settings: {},
  open: () => ({ putUrl: async () => '', getUrl: async () => '', delete: async () => [], check: async () => {} }),
};
const definition = queueService(storage as never);
/** In this order the test runs them; the model does the same. */
const loopNames = ['queue: expired claims', 'queue: deadlines', 'queue: dependents', 'queue: resolved groups'];
const loops = loopNames.map((name) => {
  const loop = definition.loops?.find((l) => l.name === name);
  if (!loop) throw new Error(`The queue has no loop named ${name}. Give the model the name that it has now.`);
  return loop;
});
const [removedWorkers] = definition.consumers ?? [];
if (!removedWorkers) throw new Error('The queue has no consumer any more. Tell the model who ends the runs of workers that are gone.');

// The one function that every lease and deadline is compared with. It stands still, so all times are known beforehand.
const frozenClock = `
  create table public.model_clock (ms bigint not null);
  insert into public.model_clock values (0);
  create or replace function platform.now() returns timestamptz language sql stable parallel safe
    as $$ select timestamptz 'epoch' + ms * interval '1 millisecond' from public.model_clock $$;`;

const openService = async (db: Database, now: () => number) => {
  const service = await definition.create(
    {
      rootUrl: 'http://localhost',
      dataDir: '/nowhere',
      db,
      log: silentLog,
      now,
      credentialsOf: () => ({ clientId: 'static/taskcluster/queue', accessToken: 'a'.repeat(44) }),
      clientOf: () => local(object, () => Promise.reject(new Error('no object service here')), { clientId: 'test', scopes: [] }) as never,
      keyFor: () => Buffer.alloc(32),
      authority: {} as never,
    },
    loadConfig(definition.settings, { CLAIM_WORK_LONG_POLL: '0' }),
  );
  const invoke = invoker(methodsOf(serviceApi({ contract, handlers: definition.handlers, service }), monitoringHandlers({})));
  const clientWith = (...scopes: readonly string[]) => local(contract, invoke, { clientId: 'test', scopes });
  const consumer = consumerLoop(removedWorkers);
  const deliver = async () => {
    while ((await consumer.step(service, consumer.batch)) > 0);
  };
  return { service, clientWith, client: clientWith('*'), deliver };
};
type Service = Awaited<ReturnType<typeof openService>>;

const MessageRow = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  key: Type.String(),
  cc: Type.Array(Type.String()),
  payload: Type.Unsafe<{ readonly status?: { readonly taskId: string }; readonly taskGroupId?: string }>({}),
});
const TableRow = Type.Object({ name: Type.String() });

/** Opens a queue in a database of its own in this cluster. `skewMs`: how far the clock of the process is ahead of the database's. */
export const openEngine = async (cluster: string, skewMs = 0): Promise<Engine> => {
  const database = await openTestDatabase(cluster, definition.migrations ? [definition.migrations] : []);
  await database.db.run(script(frozenClock));
  const tables = await database.db.many(
    TableRow,
    sql`select schemaname || '.' || tablename as name from pg_tables where schemaname = 'queue' or tablename = 'messages'`,
  );
  const wipe = script(tables.map(({ name }) => `delete from ${name};`).join(''));
  let time = 0;
  let lastId = 0;
  const open = () => {
    const db = connect({ connectionString: database.connectionString, log: silentLog, maxConnections: 6 });
    return openService(db, () => time + skewMs).then((service) => ({ db, ...service }));
  };
  let running = await open();
  // A consumer begins at the end of the log: it has to be there before the first message is.
  await running.deliver();
  const end = async () => {
    await definition.close?.(running.service);
    await running.db.close();
  };
  return {
    perform: (action) => answerOf(call(running, action)),
    statuses: async (taskIds) => {
      if (taskIds.length === 0) return [];
      const { statuses } = await running.client.statuses({}, { taskIds: [...taskIds] });
      return statuses.map((s) => s.status);
    },
    groups: (taskGroupIds) => Promise.all(taskGroupIds.map((taskGroupId) => foundGroup(running.client, taskGroupId))),
    counts: async (taskQueueId) => {
      const { pendingTasks, claimedTasks } = await running.client.taskQueueCounts({ taskQueueId });
      return { pendingTasks, claimedTasks };
    },
    takeMessages: async () => {
      const rows = await database.db.many(
        MessageRow,
        sql`
          select id, split_part(exchange, '/', 4) as name, routing_key as key, cc, payload
          from platform.messages where id > ${lastId} and starts_with(exchange, 'exchange/taskcluster-queue/') order by id`,
      );
      lastId = rows.at(-1)?.id ?? lastId;
      return rows.map(({ id: _, ...m }) => ({ ...m, about: m.payload.status?.taskId ?? m.payload.taskGroupId ?? '' }));
    },
    setTime: async (ms) => {
      time = ms;
      await database.db.run(sql`update public.model_clock set ms = ${ms}`);
    },
    restart: async () => {
      await end();
      running = await open();
    },
    clear: async () => void (await database.db.run(wipe)),
    close: async () => {
      await end();
      await database.close();
    },
  };
};

const foundGroup = async (client: Client<typeof contract>, taskGroupId: string): Promise<unknown> => {
  const { code, body } = await answerOf(client.getTaskGroup({ taskGroupId }));
  if (code === 'ok') return body;
  if (code === 'ResourceNotFound') return undefined;
  throw new Error(`Group ${taskGroupId} cannot be looked at (${code}): ${JSON.stringify(body)}`);
};

const answerOf = async (call: Promise<unknown>): Promise<Answer> => {
  try {
    return { code: 'ok', body: await call };
  } catch (err) {
    const { code, message } = err as { code?: string; message?: string };
    return { code: code ?? `an error without a code: ${message}`, body: message };
  }
};

/** Credentials, as far as they are not random. */
const readable = (credentials: { readonly clientId: string; readonly certificate?: string | undefined }) => {
  const { scopes, start, expiry } = JSON.parse(credentials.certificate ?? '{}');
  return { clientId: credentials.clientId, scopes, start, expiry };
};
const withReadable = <T extends { readonly credentials: Parameters<typeof readable>[0] }>(claim: T) => ({
  ...claim,
  credentials: readable(claim.credentials),
});
const sorted = <T extends { readonly taskIds?: readonly string[] }>(answer: T) => ({ ...answer, taskIds: answer.taskIds?.toSorted() });

const call = async (running: Service, action: Action): Promise<unknown> => {
  const { service, client, clientWith, deliver } = running;
  switch (action.do) {
    case 'create': {
      const { taskId, ...body } = action.definition;
      return client.createTask({ taskId }, { ...body, metadata } as never);
    }
    case 'createAll':
      return client.createTasks({}, {
        tasks: action.definitions.map(({ taskId, ...task }) => ({ taskId, task: { ...task, metadata } })),
      } as never);
    case 'schedule':
      return client.scheduleTask({ taskId: action.taskId });
    case 'rerun':
      return client.rerunTask({ taskId: action.taskId });
    case 'cancel':
      return client.cancelTask({ taskId: action.taskId });
    case 'priority':
      return client.changeTaskPriority({ taskId: action.taskId }, { newPriority: action.priority } as never);
    case 'groupPriority':
      return sorted(await client.changeTaskGroupPriority({ taskGroupId: action.taskGroupId }, { newPriority: action.priority } as never));
    case 'seal':
      return client.sealTaskGroup({ taskGroupId: action.taskGroupId });
    case 'cancelGroup':
      return sorted(await client.cancelTaskGroup({ taskGroupId: action.taskGroupId }));
    case 'deliver':
      return deliver();
    case 'loops': {
      await deliver();
      for (const loop of loops) while ((await loop.step(service, loop.batch)) > 0);
      return undefined;
    }
    case 'quarantine':
    case 'workers':
    case 'gone':
      return callAboutWorker(running, action);
    default:
      return callAsWorker(client, clientWith, action);
  }
};

const halves = (taskQueueId: string) => {
  const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
  return { provisionerId, workerType };
};
/** Times that may lag behind are left out. */
const callAboutWorker = async (
  { service, client }: Service,
  action: Extract<Action, { readonly do: 'quarantine' | 'workers' | 'gone' }>,
): Promise<unknown> => {
  const { taskQueueId } = action;
  if (action.do === 'workers') {
    const filter = action.quarantined === undefined ? {} : { quarantined: String(action.quarantined) };
    const { workers } = await client.listWorkers({ ...halves(taskQueueId), ...filter });
    return workers.map(({ lastDateActive: _, ...worker }) => worker);
  }
  const { worker: workerId } = action;
  if (action.do === 'quarantine') {
    const worker = { ...halves(taskQueueId), workerGroup: 'group', workerId };
    const { firstClaim, recentTasks, quarantineUntil } = await client.quarantineWorker(worker, { quarantineUntil: action.until });
    return { taskQueueId, worker: workerId, firstClaim, recentTasks, quarantineUntil };
  }
  // As the worker manager writes it.
  const payload = { workerPoolId: taskQueueId, workerGroup: 'group', workerId, providerId: 'static', capacity: 1, reason: 'gone' };
  const exchange = `exchange/taskcluster-worker-manager/v1/${action.how}`;
  await service.db.tx((tx) => appendMessages(tx, [{ exchange, routingKey: 'primary.worker', cc: [], payload }]));
  return undefined;
};

const metadata = { name: 'a task', description: '', owner: 'tests@example.com', source: 'https://example.com/' };
type WorkerAction = Extract<Action, { readonly do: 'claimWork' | 'claimTask' | 'reclaim' | 'report' }>;

const callAsWorker = async (client: Client<typeof contract>, clientWith: Service['clientWith'], action: WorkerAction): Promise<unknown> => {
  if (action.do === 'claimWork') {
    const { taskQueueId, worker: workerId, tasks } = action;
    const worker = clientWith(`queue:claim-work:${taskQueueId}`, `queue:worker-id:group/${workerId}`);
    const { tasks: claims } = await worker.claimWork({ taskQueueId }, { workerGroup: 'group', workerId, tasks });
    return { tasks: claims.map(withoutMetadata).map(withReadable) };
  }
  const { taskId } = action;
  const runId = String(action.runId);
  if (action.do === 'claimTask') {
    const claim = await client.claimTask({ taskId, runId }, { workerGroup: 'group', workerId: action.worker });
    return withReadable(withoutMetadata(claim));
  }
  const run = `${taskId}/${action.asRun}`;
  if (action.do === 'reclaim') return withReadable(await clientWith(`queue:reclaim-task:${run}`).reclaimTask({ taskId, runId }));
  const worker = clientWith(`queue:resolve-task:${run}`);
  if (action.as === 'completed') return worker.reportCompleted({ taskId, runId });
  if (action.as === 'failed') return worker.reportFailed({ taskId, runId });
  return worker.reportException({ taskId, runId }, { reason: action.as } as never);
};

/** The definition in a claim, as far as the model has it. */
const withoutMetadata = <T extends { readonly task: object }>(claim: T) => {
  const { metadata: _m, extra: _e, provisionerId: _p, workerType: _w, ...task } = claim.task as Record<string, unknown>;
  return { ...claim, task };
};
