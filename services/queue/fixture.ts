import { invoker, methodsOf, monitoringHandlers, serviceApi } from '@taskcluster/api';
import { type Client, local } from '@taskcluster/client';
import { loadConfig } from '@taskcluster/config';
import { object, queue as contract, type TaskDefinitionRequest } from '@taskcluster/contracts';
import { migrationsIn, sql } from '@taskcluster/db';
import { silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestClock, type TestDatabase } from '@taskcluster/testing';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Type } from 'typebox';
import { inject } from 'vitest';
import { queueService } from './index.ts';
import { createQueue, type QueueService } from './service.ts';
import { settings } from './settings.ts';

/** A queue of its own on a real database, for the tests beside this file. Its loops run only when a test calls their step. */
export interface TestQueue {
  readonly queue: QueueService;
  /** The queue as a caller with these scopes sees it; all of them unless told. */
  readonly clientWith: (...scopes: readonly string[]) => Client<typeof contract>;
  readonly client: Client<typeof contract>;
  readonly clock: TestClock;
  readonly database: TestDatabase;
  /** The messages about a task so far: `task-pending 0`. */
  readonly announced: (taskId: string) => Promise<string[]>;
  readonly close: () => Promise<void>;
}

export const slugid = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');

const definition = queueService({
  settings: {},
  open: () => {
    throw new Error('These tests store no artifacts.');
  },
});

export const openTestQueue = async (env: Readonly<Record<string, string>> = {}): Promise<TestQueue> => {
  const database = await openTestDatabase(inject('postgres'), [migrationsIn('queue', join(import.meta.dirname, 'migrations'))]);
  const { db, clock } = database;
  const queue = createQueue({
    db,
    log: silentLog,
    config: loadConfig(settings, { CLAIM_WORK_LONG_POLL: '0', ...env }),
    rootUrl: 'http://localhost',
    now: clock.now,
    credentials: { clientId: 'static/taskcluster/queue', accessToken: 'a'.repeat(44) },
    object: local(object, () => Promise.reject(new Error('no object service here')), { clientId: 'test', scopes: [] }),
    artifacts: { putUrl: async () => '', getUrl: async () => '', delete: async () => [], check: async () => {} },
  });
  const invoke = invoker(methodsOf(serviceApi({ contract, handlers: definition.handlers, service: queue }), monitoringHandlers({})));
  const clientWith = (...scopes: readonly string[]) => local(contract, invoke, { clientId: 'test', scopes });
  return {
    queue,
    clientWith,
    client: clientWith('*'),
    clock,
    database,
    announced: async (taskId) => {
      const rows = await db.many(
        Type.Object({ name: Type.String() }),
        sql`
          select concat_ws(' ', split_part(exchange, '/', 4), payload ->> 'runId') as name
          from platform.messages where payload -> 'status' ->> 'taskId' = ${taskId} order by id`,
      );
      return rows.map((r) => r.name);
    },
    close: async () => {
      queue.claims.close();
      await database.close();
    },
  };
};

/** The name of a queue that no other test uses. */
export const aQueue = (): string => `test/q${randomUUID().replaceAll('-', '').slice(0, 12)}x`;

/** The code that a call is refused with. */
export const refusal = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => 'nothing was refused',
    (err: { code?: string }) => err.code,
  );

const hourMs = 3_600_000;

/** A definition that is good as it stands, made at the test's time. */
export const aDefinition = ({ clock }: Pick<TestQueue, 'clock'>, changes: Partial<TaskDefinitionRequest> = {}): TaskDefinitionRequest => {
  const at = (ms: number) => new Date(clock.now() + ms).toISOString();
  return {
    taskQueueId: 'test/queue',
    schedulerId: 'tests',
    projectId: 'none',
    created: at(0),
    deadline: at(2 * hourMs),
    expires: at(72 * hourMs),
    dependencies: [],
    requires: 'all-completed',
    routes: [],
    priority: 'lowest',
    retries: 5,
    scopes: [],
    payload: { n: 1 },
    metadata: { name: 'a task', description: 'for a test', owner: 'tests@example.com', source: 'https://example.com/' },
    tags: {},
    extra: {},
    ...changes,
  };
};

export const createTask = async (t: TestQueue, changes: Partial<TaskDefinitionRequest> = {}): Promise<string> => {
  const taskId = slugid();
  await t.client.createTask({ taskId }, aDefinition(t, changes));
  return taskId;
};

export const claimOne = async (t: TestQueue, taskQueueId = 'test/queue') => {
  const { tasks } = await t.client.claimWork({ taskQueueId }, { tasks: 1, workerGroup: 'group', workerId: 'worker' });
  const [claimed] = tasks;
  if (!claimed) throw new Error(`There is nothing to claim in ${taskQueueId}.`);
  return claimed;
};

/** A task that a worker has claimed. */
export const runningTask = async (t: TestQueue, changes: Partial<TaskDefinitionRequest> = {}): Promise<string> => {
  const taskId = await createTask(t, changes);
  await claimOne(t, changes.taskQueueId);
  return taskId;
};

export const stateOf = async (t: TestQueue, taskId: string) => (await t.client.status({ taskId })).status.state;
