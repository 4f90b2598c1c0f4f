import { type Database, outsideTransaction, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aQueue, createTask, openTestQueue, refusal, runningTask, type TestQueue } from './fixture.ts';
import { dropLatePending, expireGroups, expireTasks, expireWorkers } from './loops/expiry.ts';
import { claimResolver, deadlineResolver } from './loops/index.ts';

let t: TestQueue;
beforeEach(async () => {
  t = await openTestQueue();
});
afterEach(() => t.close());

const Counts = Type.Object({
  tasks: Type.Integer(),
  edges: Type.Integer(),
  pending: Type.Integer(),
  claims: Type.Integer(),
  deadlines: Type.Integer(),
});
const left = (db: Database) =>
  db.maybe(
    Counts,
    sql`
      select (select count(*) from queue.tasks)::int as tasks, (select count(*) from queue.dependencies)::int as edges,
        (select count(*) from queue.pending)::int as pending, (select count(*) from queue.claims)::int as claims,
        (select count(*) from queue.deadlines)::int as deadlines`,
  );

test('half an hour after its expiry a task goes, with all that is left of it', async () => {
  const taskQueueId = aQueue();
  const running = await runningTask(t, { taskQueueId });
  const dependent = await createTask(t, { dependencies: [running] });
  await createTask(t, { taskQueueId });
  await t.clock.advance('72h');
  expect(await expireTasks.step(t.queue, 100)).toBe(0);
  await t.clock.advance('31m');
  expect(await expireTasks.step(t.queue, 100)).toBe(3);
  expect(await left(t.database.db)).toEqual({ tasks: 0, edges: 0, pending: 0, claims: 0, deadlines: 0 });
  expect(await refusal(t.client.status({ taskId: dependent }))).toBe('ResourceNotFound');
  expect([await claimResolver.step(t.queue, 32), await deadlineResolver.step(t.queue, 32)]).toEqual([0, 0]);
});

test('a task that others still work with is left for the next time', async () => {
  const taskId = await createTask(t);
  await createTask(t);
  await t.clock.advance('73h');
  await t.database.db.tx(async (tx) => {
    await tx.run(sql`select from queue.tasks where task_id = ${taskId} for update`);
    expect(await outsideTransaction(() => expireTasks.step(t.queue, 100))).toBe(1);
  });
  expect(await expireTasks.step(t.queue, 100)).toBe(1);
});

test('a task with many dependencies goes in several steps, after its last edge', async () => {
  const required = await Promise.all(
    Array.from({ length: 2_100 }, () => createTask(t, { expires: new Date(t.clock.now() + 90 * 3_600_000).toISOString() })),
  );
  await createTask(t, { dependencies: required });
  await t.clock.advance('73h');
  expect(await expireTasks.step(t.queue, 100)).toBe(100);
  expect(await left(t.database.db)).toMatchObject({ tasks: 2_101, edges: 100 });
  expect(await expireTasks.step(t.queue, 100)).toBe(1);
  expect(await left(t.database.db)).toMatchObject({ tasks: 2_100, edges: 0 });
});

test('a group goes later than its tasks', async () => {
  const taskGroupId = await createTask(t);
  await t.clock.advance('73h');
  expect(await expireGroups.step(t.queue, 200)).toBe(0);
  expect(await t.client.getTaskGroup({ taskGroupId })).toMatchObject({ taskGroupId });
  await t.clock.advance('31m');
  expect(await expireGroups.step(t.queue, 200)).toBe(1);
  expect(await refusal(t.client.getTaskGroup({ taskGroupId }))).toBe('ResourceNotFound');
});

test('workers and queues go a day after they were last seen; a quarantined worker stays until its quarantine is over', async () => {
  const type = { provisionerId: 'test', workerType: 'queue' };
  const params = { ...type, workerGroup: 'group' };
  await runningTask(t);
  await t.client.claimWork({ taskQueueId: 'test/queue' }, { tasks: 1, workerGroup: 'group', workerId: 'bad' });
  const quarantineUntil = new Date(t.clock.now() + 48 * 3_600_000).toISOString();
  await t.client.quarantineWorker({ ...params, workerId: 'bad' }, { quarantineUntil });
  await t.clock.advance('25h');
  expect(await refusal(t.client.getWorker({ ...params, workerId: 'worker' }))).toBe('ResourceNotFound');
  expect((await t.client.listTaskQueues({})).taskQueues).toEqual([]);
  expect((await t.client.listWorkers(type)).workers).toMatchObject([{ workerId: 'bad', quarantineUntil }]);
  expect(await expireWorkers.step(t.queue, 200)).toBe(1);
  expect((await t.client.listWorkers(type)).workers).toHaveLength(1);
  await t.clock.advance('24h');
  expect(await expireWorkers.step(t.queue, 200)).toBe(1);
});

test('a worker that goes on asking stays known', async () => {
  const params = { provisionerId: 'test', workerType: 'queue', workerGroup: 'group', workerId: 'worker' };
  for (let day = 0; day < 3; day++) {
    await t.client.claimWork({ taskQueueId: 'test/queue' }, { tasks: 1, workerGroup: 'group', workerId: 'worker' });
    await t.clock.advance('23h');
    await expireWorkers.step(t.queue, 200);
    expect(await t.client.getWorker(params)).toMatchObject({ workerId: 'worker' });
  }
});

test('pending entries past their deadline are dropped', async () => {
  const taskQueueId = aQueue();
  await createTask(t, { taskQueueId });
  expect(await dropLatePending.step(t.queue, 500)).toBe(0);
  await t.clock.advance('121m');
  expect((await t.client.pendingTasks({ taskQueueId })).pendingTasks).toBe(0);
  expect(await dropLatePending.step(t.queue, 500)).toBe(1);
  expect(await deadlineResolver.step(t.queue, 32)).toBe(1);
});
