import type { TaskDefinitionRequest } from '@taskcluster/contracts';
import { sql } from '@taskcluster/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aDefinition, aQueue, claimOne, createTask, openTestQueue, refusal, runningTask, slugid, type TestQueue } from '../fixture.ts';
import { asking } from './fixture.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

const { why, kinds, cause } = asking(() => t);
const chain = async (length: number, changes: Partial<TaskDefinitionRequest>) => {
  const ids = Array.from({ length }, slugid);
  const tasks = ids.map((taskId, i) => ({ taskId, task: aDefinition(t, { ...changes, dependencies: i === 0 ? [] : [ids[i - 1]!] }) }));
  await t.client.createTasks({}, { tasks });
  return ids;
};
const fail = async (taskQueueId: string) => {
  const { status } = await claimOne(t, taskQueueId);
  await t.client.reportFailed({ taskId: status.taskId, runId: '0' });
};

test('a queue that no worker ever asked for is the reason', async () => {
  const taskQueueId = aQueue();
  const taskId = await createTask(t, { taskQueueId });
  const { summary, state, causes } = await why(taskId);
  expect(state).toBe('pending');
  expect(summary).toContain(`No worker has ever asked for tasks of ${taskQueueId}`);
  expect(causes.map((c) => c.kind)).toEqual(['no-worker', 'position', 'deadline']);
});

test('a queue whose workers went away says since when', async () => {
  const taskQueueId = aQueue();
  await t.client.claimWork({ taskQueueId }, { tasks: 1, workerGroup: 'g', workerId: 'w' });
  const taskId = await createTask(t, { taskQueueId });
  expect(await kinds(taskId)).toEqual(['position', 'deadline']);
  await t.clock.advance('45m');
  const absent = await cause(taskId, 'no-worker');
  expect(absent.text).toContain('for 45 minutes');
  expect(absent.lastAsked).toBeDefined();
});

test('the place in the queue is counted by priority, with the time of the oldest', async () => {
  const taskQueueId = aQueue();
  for (let i = 0; i < 3; i++) await createTask(t, { taskQueueId, priority: 'high' });
  await createTask(t, { taskQueueId, priority: 'low' });
  const taskId = await createTask(t, { taskQueueId, priority: 'low' });
  await createTask(t, { taskQueueId, priority: 'lowest' });
  expect(await cause(taskId, 'position')).toMatchObject({
    ahead: 4,
    more: false,
    aheadByPriority: { high: 3, low: 1 },
    priority: 'low',
    firstSince: expect.any(String),
    text: expect.stringContaining('4 tasks of'),
  });
});

test('counting ends at 10,000 tasks that come before', async () => {
  const taskQueueId = aQueue();
  const taskId = await createTask(t, { taskQueueId, priority: 'low' });
  await t.database.db.run(sql`
    insert into queue.pending (task_queue_id, rank, inserted, task_id, run_id, deadline)
    select ${taskQueueId}, 1, platform.now(), 'x' || n, 0, platform.now() + interval '1 hour' from generate_series(1, 10500) n`);
  const place = await cause(taskId, 'position');
  expect(place).toMatchObject({ ahead: 10_000, more: true });
  expect(place.text).toContain('more than 10,000 tasks');
});

test('busy workers are counted, and named with what they run', async () => {
  const taskQueueId = aQueue();
  const running = await runningTask(t, { taskQueueId });
  const taskId = await createTask(t, { taskQueueId });
  expect(await kinds(taskId)).toEqual(['workers-busy', 'position', 'deadline']);
  expect(await cause(taskId, 'workers-busy')).toMatchObject({
    running: 1,
    workers: [{ workerGroup: 'group', workerId: 'worker', taskId: running, runId: 0 }],
  });
});

test('quarantined workers are the reason', async () => {
  const taskQueueId = aQueue();
  const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
  await t.client.claimWork({ taskQueueId }, { tasks: 1, workerGroup: 'g', workerId: 'w' });
  const quarantineUntil = new Date(t.clock.now() + 3_600_000).toISOString();
  await t.client.quarantineWorker({ provisionerId, workerType, workerGroup: 'g', workerId: 'w' }, { quarantineUntil });
  const taskId = await createTask(t, { taskQueueId });
  const { summary, causes } = await why(taskId);
  expect(summary).toBe('All 1 worker of the queue is quarantined and gets no tasks.');
  expect(causes[0]).toMatchObject({ quarantined: 1, known: 1, workers: [{ workerGroup: 'g', workerId: 'w', until: quarantineUntil }] });
});

const quarantine = (taskQueueId: string, workerId: string) => {
  const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
  const quarantineUntil = new Date(t.clock.now() + 24 * 3_600_000).toISOString();
  return t.client.quarantineWorker({ provisionerId, workerType, workerGroup: 'g', workerId }, { quarantineUntil });
};

test('a quarantined worker that asks is no worker for the queue', async () => {
  const taskQueueId = aQueue();
  const ask = (workerId: string) => t.client.claimWork({ taskQueueId }, { tasks: 1, workerGroup: 'g', workerId });
  await ask('b');
  await ask('a');
  await quarantine(taskQueueId, 'a');
  await t.clock.advance('1h');
  await ask('a');
  const taskId = await createTask(t, { taskQueueId });
  const { summary, causes } = await why(taskId);
  expect(causes.map((c) => c.kind)).toEqual(['no-worker', 'workers-quarantined', 'position', 'deadline']);
  expect(summary).toBe(`No worker that may claim tasks of ${taskQueueId} has asked for 1 hour: start one, or end a quarantine.`);
  await ask('c');
  expect(await kinds(await createTask(t, { taskQueueId }))).not.toContain('no-worker');
});

test('a quarantined worker that ends what it runs serves the queue no more', async () => {
  const taskQueueId = aQueue();
  const ask = (workerId: string) => t.client.claimWork({ taskQueueId }, { tasks: 1, workerGroup: 'g', workerId });
  await ask('b');
  await t.clock.advance('1h');
  await createTask(t, { taskQueueId });
  await ask('a');
  const taskId = await createTask(t, { taskQueueId });
  expect(await kinds(taskId)).toEqual(['workers-busy', 'position', 'deadline']);
  await quarantine(taskQueueId, 'a');
  expect(await kinds(taskId)).toEqual(['no-worker', 'workers-quarantined', 'workers-busy', 'position', 'deadline']);
});

test('nothing is said of all workers, or of all tasks, when there are more than were counted', async () => {
  const taskQueueId = aQueue();
  await t.database.db.run(sql`
    insert into queue.workers (task_queue_id, worker_group, worker_id, first_claim, last_active, expires, quarantine_until)
    select ${taskQueueId}, 'g', 'w' || n, platform.now(), platform.now(), platform.now() + interval '1 day', platform.now() + interval '1 hour'
    from generate_series(1, 1200) n`);
  const taskId = await createTask(t, { taskQueueId, priority: 'low' });
  await t.database.db.run(sql`
    insert into queue.pending (task_queue_id, rank, inserted, task_id, run_id, deadline)
    select ${taskQueueId}, 1, platform.now(), 'y' || n, 0, platform.now() + interval '1 hour' from generate_series(1, 10500) n`);
  expect((await cause(taskId, 'workers-quarantined')).text).toBe('More than 1,000 workers of the queue are quarantined and get no tasks.');
  expect((await cause(taskId, 'position')).text).toContain('more than 10,000 tasks');
  expect((await cause(taskId, 'position')).text).toMatch(/come before it, more than 10,000 of higher priority\.$/);
  await t.database.db.run(sql`
    update queue.workers set quarantine_until = platform.now() - interval '1 day' where task_queue_id = ${taskQueueId} and worker_id <> 'w1'`);
  expect((await cause(taskId, 'workers-quarantined')).text).toMatch(/^At least \d workers? of more than 1,000 (is|are) quarantined/);
});

test('a chain of dependencies leads to the task that blocks it in the end', async () => {
  const taskQueueId = aQueue();
  const ids = await chain(40, { taskQueueId });
  const last = ids.at(-1) ?? '';
  expect(await cause(last, 'dependencies')).toMatchObject({
    unsatisfied: 1,
    count: 1,
    more: false,
    requires: 'all-completed',
    tasks: [{ taskId: ids[0], state: 'pending', name: 'a task' }],
  });
  await fail(taskQueueId);
  expect(await kinds(last)).toEqual(['failed-dependencies', 'deadline']);
  expect((await why(last)).summary).toBe(
    'It cannot start, because 1 task that had to be completed was not; rerun it, or schedule this task by hand: a task (failed).',
  );
});

test('the walk through dependencies ends somewhere, and says so', async () => {
  const last = (await chain(600, { taskQueueId: aQueue() })).at(-1) ?? '';
  const { causes, summary } = await why(last);
  expect(causes[0]).toMatchObject({ kind: 'dependencies', unsatisfied: 1, count: 0, more: true });
  expect(summary).toBe('It waits for 1 dependency to be completed, which waits for at least 501 other tasks in turn.');
});

test('a task that waits for itself waits for scheduleTask, also when others wait for it', async () => {
  const self = slugid();
  await t.client.createTask({ taskId: self }, aDefinition(t, { dependencies: [self] }));
  const dependent = await createTask(t, { dependencies: [self] });
  expect(await kinds(self)).toEqual(['schedule-task', 'deadline']);
  expect(await cause(dependent, 'held-back')).toMatchObject({ tasks: [{ taskId: self, state: 'unscheduled' }] });
});

test('an expired dependency is missing', async () => {
  const required = await createTask(t);
  const taskId = await createTask(t, { dependencies: [required] });
  await t.database.db.run(sql`delete from queue.tasks where task_id = ${required}`);
  expect(await cause(taskId, 'missing-dependencies')).toMatchObject({ count: 1, tasks: [{ taskId: required }] });
});

test('a retry says what became of the run before; without retries the end says so', async () => {
  const taskQueueId = aQueue();
  const taskId = await runningTask(t, { taskQueueId, retries: 1 });
  await t.client.reportException({ taskId, runId: '0' }, { reason: 'worker-shutdown' });
  expect((await cause(taskId, 'retried')).text).toBe('It is tried again: run 0 ended with worker-shutdown, and 0 retries are left.');
  await claimOne(t, taskQueueId);
  expect((await why(taskId)).summary).toMatch(/^It is running for 1 second, as run 1\.$/);
  await t.client.reportException({ taskId, runId: '1' }, { reason: 'worker-shutdown' });
  expect((await why(taskId)).summary).toBe(
    'It is over: run 1 ended as exception (worker-shutdown) 1 second ago. All of its 1 retry is used up.',
  );
});

test('a deadline that has passed comes first; a sealed group comes last', async () => {
  const taskId = await createTask(t, { taskQueueId: aQueue() });
  await t.client.sealTaskGroup({ taskGroupId: taskId });
  expect((await kinds(taskId)).at(-1)).toBe('group-sealed');
  await t.clock.advance('3h');
  expect((await why(taskId)).causes[0]).toMatchObject({ kind: 'deadline', passed: true });
});

test('other tasks and workers are counted for everybody, and named only for those who may list them', async () => {
  const taskQueueId = aQueue();
  const [first = '', second = ''] = await chain(2, { taskQueueId });
  const running = await runningTask(t, { taskQueueId: aQueue() });
  const narrow = t.clientWith(`queue:status:${second}`);
  const { causes } = await why(second, narrow);
  expect(causes[0]).toMatchObject({ kind: 'dependencies', count: 1, tasks: [] });
  expect(JSON.stringify(causes)).not.toContain(first);
  const wider = t.clientWith(`queue:status:*`);
  expect((await why(second, wider)).causes[0]).toMatchObject({ tasks: [{ taskId: first, state: 'pending' }] });
  expect(JSON.stringify((await why(second, wider)).causes)).not.toContain('a task');
  const queueOf = (await t.client.status({ taskId: running })).status.taskQueueId;
  const waiting = await createTask(t, { taskQueueId: queueOf });
  const busy = (await why(waiting, wider)).causes.find((c) => c.kind === 'workers-busy');
  expect(busy).toMatchObject({ running: 1, workers: [] });
  expect(JSON.stringify(busy)).not.toContain(running);
  expect(await refusal(why(first, narrow))).toBe('InsufficientScopes');
  expect(await refusal(why(slugid()))).toBe('ResourceNotFound');
});
