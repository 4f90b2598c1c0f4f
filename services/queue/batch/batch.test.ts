import { CallError } from '@taskcluster/client';
import type { TaskDefinitionRequest } from '@taskcluster/contracts';
import { outsideTransaction, script, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aDefinition, aQueue, claimOne, createTask, openTestQueue, refusal, slugid, stateOf, type TestQueue } from '../fixture.ts';
import type { Problem } from './domain/problems.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

const entry = (changes: Partial<TaskDefinitionRequest> = {}, taskId = slugid()) => ({ taskId, task: aDefinition(t, changes) });
const problemsOf = async (promise: Promise<unknown>) => {
  const err = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(err instanceof CallError)) throw err ?? new Error('Nothing was refused.');
  const { details } = err.body as { readonly details: { readonly problemCount: number; readonly problems: readonly Problem[] } };
  return { code: err.code, message: err.message, ...details };
};

test('a graph is created in one call, in any order, and runs in the order of its dependencies', async () => {
  const [taskQueueId, taskGroupId] = [aQueue(), slugid()];
  const outside = await createTask(t, { taskQueueId });
  const [a, b, c] = [slugid(), slugid(), slugid()];
  const task = { taskQueueId, taskGroupId };
  const answer = await t.client.createTasks(
    {},
    { tasks: [entry({ ...task, dependencies: [b, a, outside] }, c), entry({ ...task, dependencies: [a] }, b), entry(task, a)] },
  );
  expect(answer).toEqual({
    created: 3,
    existing: 0,
    tasks: [
      { taskId: c, state: 'unscheduled' },
      { taskId: b, state: 'unscheduled' },
      { taskId: a, state: 'pending' },
    ],
  });
  expect(await t.announced(a)).toEqual(['task-defined', 'task-pending 0']);
  expect(await t.announced(c)).toEqual(['task-defined']);
  const order: string[] = [];
  for (let i = 0; i < 4; i++) {
    const { status } = await claimOne(t, taskQueueId);
    order.push(status.taskId);
    await t.client.reportCompleted({ taskId: status.taskId, runId: '0' });
  }
  expect(order).toEqual([outside, a, b, c]);
  expect((await t.client.listTaskGroup({ taskGroupId })).tasks).toHaveLength(3);
});

test('what is stored is what createTask would have stored', async () => {
  const alone = slugid();
  const { created, deadline, payload, metadata } = aDefinition(t);
  const short = { taskQueueId: 'test/queue', created, deadline, payload, metadata };
  await t.client.createTask({ taskId: alone }, short);
  const inBatch = slugid();
  await t.client.createTasks({}, { tasks: [{ taskId: inBatch, task: short }] });
  expect(await t.client.task({ taskId: inBatch })).toEqual({ ...(await t.client.task({ taskId: alone })), taskGroupId: inBatch });
  // The same definition under the same id: either call repeats the other.
  await t.client.createTask({ taskId: inBatch }, short);
  expect(await t.client.createTasks({}, { tasks: [{ taskId: alone, task: short }] })).toMatchObject({ created: 0, existing: 1 });
});

test('whoever waits for tasks is woken', async () => {
  const taskQueueId = aQueue();
  const woken: string[] = [];
  const off = t.database.db.wakeups.on('queue.pending', (key) => void woken.push(key));
  await t.client.createTasks({}, { tasks: [entry({ taskQueueId })] });
  off();
  expect(woken).toEqual([taskQueueId]);
});

test('all or nothing: one wrong task leaves none behind', async () => {
  const good = entry();
  expect(await refusal(t.client.createTasks({}, { tasks: [good, entry({ dependencies: [slugid()] })] }))).toBe('InputError');
  expect(await refusal(t.client.status({ taskId: good.taskId }))).toBe('ResourceNotFound');
  expect(await refusal(t.client.getTaskGroup({ taskGroupId: good.taskId }))).toBe('ResourceNotFound');
  expect(await t.announced(good.taskId)).toEqual([]);
});

test('everything that is wrong with every task is told at once', async () => {
  const sealed = await createTask(t);
  await t.client.sealTaskGroup({ taskGroupId: sealed });
  const others = await createTask(t, { schedulerId: 'somebody-else' });
  const taken = await createTask(t);
  const shortLived = await createTask(t, { deadline: aDefinition(t).deadline, expires: aDefinition(t).deadline });
  const missing = slugid();
  const twice = entry();
  const longer = { deadline: new Date(t.clock.now() + 10_000_000).toISOString() };
  const tasks = [
    entry({ priority: 'normal' as 'low', retries: 50 }),
    entry({ created: new Date(t.clock.now() - 3_600_000).toISOString(), scopes: ['a**'] }),
    entry({ taskGroupId: sealed }),
    entry({ taskGroupId: others }),
    entry({ payload: { other: true } }, taken),
    entry({ dependencies: [missing] }),
    entry({ dependencies: [shortLived], ...longer }),
    twice,
    twice,
    entry(),
    { taskId: 'no slug', task: aDefinition(t) },
  ];
  const found = await problemsOf(t.client.createTasks({}, { tasks }));
  expect(found.code).toBe('InputValidationError');
  expect(found.problems.map((p) => [p.index, p.code])).toEqual([
    [0, 'InputValidationError'],
    [0, 'InputValidationError'],
    [1, 'InputError'],
    [1, 'InputError'],
    [2, 'RequestConflict'],
    [3, 'RequestConflict'],
    [4, 'RequestConflict'],
    [5, 'InputError'],
    [6, 'InputError'],
    [8, 'InputError'],
    [10, 'InputValidationError'],
  ]);
  expect(found.problems.find((p) => p.index === 5)?.message).toContain(missing);
  expect(found.problems.find((p) => p.index === 6)?.message).toContain(shortLived);
  expect(found.message).toContain('9 of them cannot be (11 problems)');
});

test('the message is short, and the data complete, when a thousand tasks are wrong', async () => {
  const tasks = Array.from({ length: 1_500 }, () => entry({ dependencies: [slugid()] }));
  const found = await problemsOf(t.client.createTasks({}, { tasks }));
  expect(found.problemCount).toBe(1_500);
  expect(found.problems).toHaveLength(1_000);
  expect(found.message.length).toBeLessThan(5_000);
});

test('a task that is wrong in itself is held against the others and what is stored all the same', async () => {
  const taken = await createTask(t);
  const [a, b, missing] = [slugid(), slugid(), slugid()];
  const late = { created: new Date(t.clock.now() - 3_600_000).toISOString() };
  const tasks = [
    entry({ ...late, dependencies: [b, missing] }, a),
    entry({ dependencies: [a] }, b),
    entry({ ...late, payload: { other: 1 } }, taken),
  ];
  const found = await problemsOf(t.client.createTasks({}, { tasks }));
  const told = (index: number) => found.problems.filter((p) => p.index === index).map((p) => p.message);
  expect(told(0)).toEqual([
    expect.stringContaining('created'),
    expect.stringContaining(`${a} → ${b} → ${a}`),
    expect.stringContaining(missing),
  ]);
  expect(told(2)).toEqual([expect.stringContaining('created'), expect.stringContaining('exists already')]);
  const short = await openTestQueue({ TASK_MAX_DEPENDENCIES: '1' });
  try {
    const both = await problemsOf(short.clientWith().createTasks({}, { tasks: [entry({ dependencies: [a, b] })] }));
    expect(both.problems.map((p) => p.code).toSorted()).toEqual(['InputError', 'InsufficientScopes']);
  } finally {
    await short.close();
  }
});

test('a thousand wrong tasks do not hide a circle behind them', async () => {
  const [a, b] = [slugid(), slugid()];
  const wrong = Array.from({ length: 1_200 }, () => entry({ dependencies: [slugid()] }));
  const found = await problemsOf(
    t.client.createTasks({}, { tasks: [...wrong, entry({ dependencies: [b] }, a), entry({ dependencies: [a] }, b)] }),
  );
  expect([found.problemCount, found.problems.length]).toEqual([1_201, 1_000]);
  expect(found.problems.at(-1)?.message).toContain(`${a} → ${b} → ${a}`);
  expect(found.message).toContain(`${a} → ${b} → ${a}`);
});

test('a circle is refused by name; a task that waits for itself is not', async () => {
  const [a, b, self] = [slugid(), slugid(), slugid()];
  const found = await problemsOf(t.client.createTasks({}, { tasks: [entry({ dependencies: [b] }, a), entry({ dependencies: [a] }, b)] }));
  expect(found).toMatchObject({ code: 'InputError', problemCount: 1 });
  expect(found.problems[0]?.message).toContain(`${a} → ${b} → ${a}`);
  await t.client.createTasks({}, { tasks: [entry({ dependencies: [self] }, self)] });
  expect(await stateOf(t, self)).toBe('unscheduled');
  await t.client.scheduleTask({ taskId: self });
  expect(await stateOf(t, self)).toBe('pending');
});

test('each task needs the scopes that createTask would need, and nothing is said about tasks that the caller may not create', async () => {
  const taken = await createTask(t);
  const may = t.clientWith('queue:create-task:project:none', 'queue:scheduler-id:tests', 'queue:create-task:low:test/queue');
  await may.createTasks({}, { tasks: [entry(), entry({ priority: 'low' })] });
  const found = await problemsOf(
    may.createTasks(
      {},
      { tasks: [entry({ priority: 'high' }), entry({ routes: ['r'] }), entry({ payload: {}, schedulerId: 'x' }, taken)] },
    ),
  );
  expect(found.problems.map((p) => [p.index, p.code])).toEqual([0, 1, 2].map((i) => [i, 'InsufficientScopes']));
  expect(found.problems[1]?.message).toContain('queue:route:r');
});

test('a repeat changes nothing, is announced again, and may complete what a smaller batch began', async () => {
  const [first, second] = [entry(), entry()];
  await t.client.createTasks({}, { tasks: [first] });
  expect(await t.client.createTasks({}, { tasks: [first, second] })).toMatchObject({ created: 1, existing: 1 });
  expect(await t.announced(first.taskId)).toEqual(['task-defined', 'task-pending 0', 'task-defined', 'task-pending 0']);
  expect(await refusal(t.client.createTasks({}, { tasks: [{ ...first, task: { ...first.task, payload: {} } }] }))).toBe('RequestConflict');
});

test('a dependency in the batch that exists already counts as what it is', async () => {
  const taskQueueId = aQueue();
  const first = entry({ taskQueueId });
  await t.client.createTasks({}, { tasks: [first] });
  await claimOne(t, taskQueueId);
  await t.client.reportCompleted({ taskId: first.taskId, runId: '0' });
  const dependent = entry({ taskQueueId, dependencies: [first.taskId] });
  await t.client.createTasks({}, { tasks: [dependent, first] });
  expect(await stateOf(t, dependent.taskId)).toBe('pending');
});

test('batches and createTask at the same time: whoever is first wins, equals succeed, others conflict, and nobody waits in a circle', async () => {
  const taskQueueId = aQueue();
  const taskGroupId = slugid();
  const tasks = Array.from({ length: 60 }, () => entry({ taskQueueId, taskGroupId }));
  const changed = tasks.map(({ taskId, task }) => ({ taskId, task: { ...task, payload: { other: true } } }));
  const shuffled = tasks.toReversed();
  const codes = await Promise.all([
    ...[tasks, shuffled, tasks, changed].map((batch) => refusal(t.client.createTasks({}, { tasks: batch }))),
    ...shuffled.slice(0, 20).map(({ taskId, task }) => refusal(t.client.createTask({ taskId }, task))),
    ...changed.slice(20, 40).map(({ taskId, task }) => refusal(t.client.createTask({ taskId }, task))),
  ]);
  expect(codes.filter((code) => code !== 'nothing was refused' && code !== 'RequestConflict')).toEqual([]);
  const Row = Type.Object({ payload: Type.String() });
  const stored = await t.database.db.many(
    Row,
    sql`select definition ->> 'payload' as payload from queue.tasks where task_group_id = ${taskGroupId}`,
  );
  // Every batch is there whole or not at all, so a task that one of them created is with all others of its kind.
  const batchesWon = codes.slice(0, 4).filter((code) => code !== 'RequestConflict').length;
  expect(stored).toHaveLength(batchesWon > 0 ? 60 : stored.length);
  const pending = await t.client.taskQueueCounts({ taskQueueId });
  expect(pending.pendingTasks).toBe(stored.length);
});

test('an empty batch and one of more than 10,000 tasks are refused', async () => {
  expect(await refusal(t.client.createTasks({}, { tasks: [] }))).toBe('InputValidationError');
  const one = entry();
  expect(await refusal(t.client.createTasks({}, { tasks: Array.from({ length: 10_001 }, () => one) }))).toBe('InputValidationError');
});

test('a task of the graph that somebody else creates and completes meanwhile releases who depends on it', async () => {
  const { db } = t.database;
  const [taskGroupId, taskQueueId, outside, hurried, dependent] = [slugid(), aQueue(), slugid(), slugid(), slugid()];
  // The group exists, so that nobody waits for it.
  await t.client.createTask({ taskId: outside }, aDefinition(t, { taskGroupId }));
  const task = { taskGroupId, taskQueueId };
  const first = entry(task, hurried);
  const tasks = [first, entry({ ...task, dependencies: [hurried] }, dependent), entry({ ...task, dependencies: [outside] })];
  const Count = Type.Object({ count: Type.Integer() });
  const blocked = sql`select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  const { creating } = await db.tx(async (tx) => {
    await tx.run(sql`select from queue.tasks where task_id = ${outside} for update`);
    const begun = outsideTransaction(() => t.client.createTasks({}, { tasks }));
    await vi.waitFor(async () => expect((await outsideTransaction(() => db.maybe(Count, blocked)))?.count).toBe(1), {
      timeout: 20_000,
      interval: 10,
    });
    await outsideTransaction(async () => {
      await t.client.createTask({ taskId: hurried }, first.task);
      await claimOne(t, taskQueueId);
      await t.client.reportCompleted({ taskId: hurried, runId: '0' });
    });
    return { creating: begun };
  });
  expect(await creating).toMatchObject({ created: 2, existing: 1 });
  expect([await stateOf(t, hurried), await stateOf(t, dependent)]).toEqual(['completed', 'pending']);
});

test('a graph that others create faster than it can be looked up is refused for the moment', async () => {
  const queue = await openTestQueue();
  try {
    // As if somebody else were there each time.
    await queue.database.db.run(
      script(`create function taken() returns trigger language plpgsql as 'begin return null; end';
        create trigger taken before insert on queue.tasks for each row execute function taken()`),
    );
    expect(await refusal(queue.client.createTasks({}, { tasks: [entry()] }))).toBe('ServiceUnavailable');
  } finally {
    await queue.close();
  }
});
