import { CallError } from '@taskcluster/client';
import type { Message } from '@taskcluster/bus';
import { sql } from '@taskcluster/db';
import { silentLog } from '@taskcluster/log';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aNamespace, openTestIndex, refusedWith, slugid, type TestIndex } from '../fixture.ts';
import type { IndexService } from '../service.ts';
import { completedTasks } from './completed-tasks.ts';

let t: TestIndex;
beforeAll(async () => void (t = await openTestIndex()));
afterAll(() => t.close());

const routes = (...paths: readonly string[]) => paths.map((path) => `index.${path}`);
const found = (indexPath: string) => vi.waitFor(() => t.client.findTask({ indexPath }), { timeout: 20_000, interval: 20 });
const missing = (indexPath: string) => expect(t.client.findTask({ indexPath })).rejects.toEqual(refusedWith('ResourceNotFound'));
const service = (parts: Partial<IndexService> = {}) =>
  ({ db: t.platform.db, log: silentLog, queue: t.platform.clients.queue, ...parts }) as unknown as IndexService & {
    db: typeof t.platform.db;
  };
/** Delivers a message by hand, as if it came again. */
const deliver = (taskId: string, paths: readonly string[], created: string, parts?: Partial<IndexService>) => {
  const message: Message = {
    id: 1,
    created,
    exchange: '',
    routingKey: 'primary',
    cc: paths.map((path) => `route.index.${path}`),
    payload: { status: { taskId } },
  };
  return completedTasks.handle(service(parts), message);
};

test('a completed task is found under each of its routes that is a path, until it expires', async () => {
  const n = aNamespace();
  const taskId = await t.runningTask({ routes: [...routes(`${n}.a`, `${n}.b.c`, n, `${n}/x`, `${n}..x`), 'index', 'other.route'] });
  await missing(`${n}.a`);
  await t.complete(taskId);
  const { expires } = await t.platform.clients.queue.task({ taskId });
  for (const namespace of [n, `${n}.a`, `${n}.b.c`])
    expect(await found(namespace)).toEqual({ namespace, taskId, rank: 0, data: {}, expires });
  expect((await t.client.listTasks({ namespace: n })).tasks).toHaveLength(1);
  expect((await t.client.listNamespaces({ namespace: n })).namespaces).toMatchObject([{ namespace: `${n}.b` }]);
});

test('extra.index gives rank, data and expiry', async () => {
  const path = `${aNamespace()}.a`;
  const index = { rank: 12, data: { k: [1] }, expires: t.inHours(30) };
  const taskId = await t.runningTask({ routes: routes(path), extra: { index } });
  await t.complete(taskId);
  expect(await found(path)).toEqual({ namespace: path, taskId, ...index });
});

test('tasks that fail, are canceled or say nonsense are not indexed, and hold up nobody', async () => {
  const n = aNamespace();
  const { queue } = t.platform.clients;
  const [failed, canceled, nonsense, good] = await Promise.all([
    t.runningTask({ routes: routes(`${n}.f`) }),
    t.runningTask({ routes: routes(`${n}.c`) }),
    t.runningTask({ routes: routes(`${n}.n`), extra: { index: { rank: 'high' } } }),
    t.runningTask({ routes: routes(`${n}.good`) }),
  ]);
  await queue.reportFailed({ taskId: failed, runId: '0' });
  await queue.cancelTask({ taskId: canceled });
  await t.complete(nonsense);
  await t.complete(good);
  await found(`${n}.good`);
  expect((await t.client.listTasks({ namespace: n })).tasks.map((x) => x.namespace)).toEqual([`${n}.good`]);
  const failures = sql`select last_error as "error" from platform.failed_deliveries where consumer = ${completedTasks.name}`;
  expect(await t.platform.db.many(Type.Object({ error: Type.String() }), failures)).toEqual([]);
});

test('a task that completes again after a rerun is indexed again', async () => {
  const path = `${aNamespace()}.a`;
  const { queue } = t.platform.clients;
  const taskId = await t.runningTask({ routes: routes(path) });
  await t.complete(taskId);
  await found(path);
  await t.client.deleteTask({ namespace: path });
  await queue.rerunTask({ taskId });
  await queue.claimTask({ taskId, runId: '1' }, { workerGroup: 'group', workerId: 'worker' });
  await queue.reportCompleted({ taskId, runId: '1' });
  expect(await found(path)).toMatchObject({ taskId });
});

test('a higher rank stays', async () => {
  const n = aNamespace();
  const { taskId } = await t.insert(`${n}.a`, { rank: 100 });
  await t.complete(await t.runningTask({ routes: routes(`${n}.a`, `${n}.b`) }));
  await found(`${n}.b`);
  expect(await t.client.findTask({ indexPath: `${n}.a` })).toMatchObject({ taskId, rank: 100 });
});

test('a message that comes again, or late, does not replace what was said after it', async () => {
  const path = `${aNamespace()}.a`;
  const [older, newer] = [await t.runningTask(), await t.runningTask()];
  const [then, later] = [t.inHours(-2), t.inHours(-1)];
  await deliver(older, [path], then);
  await deliver(newer, [path], later);
  await deliver(newer, [path], later);
  await deliver(older, [path], then);
  expect(await t.client.findTask({ indexPath: path })).toMatchObject({ taskId: newer });
  const { taskId } = await t.insert(path);
  await deliver(newer, [path], later);
  expect(await t.client.findTask({ indexPath: path })).toMatchObject({ taskId });
  await deliver(older, [path], t.inHours(1));
  expect(await t.client.findTask({ indexPath: path })).toMatchObject({ taskId: older });
});

test('a task that is gone is no error, and a queue that cannot be asked is one, so that the message comes again', async () => {
  const path = `${aNamespace()}.a`;
  await deliver(slugid(), [path], t.inHours(0));
  await missing(path);
  const away = new CallError('The database cannot be reached.', { code: 'ServiceUnavailable', status: 503 });
  const queue = { task: () => Promise.reject(away) } as unknown as IndexService['queue'];
  await expect(deliver(slugid(), [path], t.inHours(0), { queue })).rejects.toBe(away);
});

test('the queue is not asked about tasks without index paths', async () => {
  const queue = { task: () => Promise.reject(new Error('nobody should ask')) } as unknown as IndexService['queue'];
  await deliver(slugid(), ['a/b', '', '.'], t.inHours(0), { queue });
});
