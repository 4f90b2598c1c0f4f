import { sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimer } from './claim.ts';
import { aQueue, claimOne, createTask, openTestQueue, refusal, runningTask, slugid, stateOf, type TestQueue } from './fixture.ts';
import { taskCredentials } from './task-credentials.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

const workerOf = (taskQueueId: string, workerId = 'worker') => {
  const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
  return { provisionerId, workerType, workerGroup: 'group', workerId };
};
const typeOf = (taskQueueId: string) => {
  const { provisionerId, workerType } = workerOf(taskQueueId);
  return { provisionerId, workerType };
};
const inFuture = (ms: number) => new Date(t.clock.now() + ms).toISOString();
const ask = (queue: TestQueue, taskQueueId: string, workerId = 'worker', tasks = 1) =>
  queue.client.claimWork({ taskQueueId }, { tasks, workerGroup: 'group', workerId });

describe('a worker', () => {
  test('is known once it has asked for work, and its queue with it', async () => {
    const taskQueueId = aQueue();
    expect(await refusal(t.client.getWorker(workerOf(taskQueueId)))).toBe('ResourceNotFound');
    expect(await refusal(t.client.getTaskQueue({ taskQueueId }))).toBe('ResourceNotFound');
    await ask(t, taskQueueId);
    const worker = await t.client.getWorker(workerOf(taskQueueId));
    expect(worker).toMatchObject({ ...workerOf(taskQueueId), taskQueueId, recentTasks: [] });
    expect(Date.parse(worker.quarantineUntil ?? '')).toBeLessThan(t.clock.now());
    expect(await t.client.getTaskQueue({ taskQueueId })).toMatchObject({ ...typeOf(taskQueueId), taskQueueId, stability: 'experimental' });
    expect(await t.client.getWorkerType(typeOf(taskQueueId))).toMatchObject({ taskQueueId });
    expect(await t.client.getProvisioner({ provisionerId: 'test' })).toMatchObject({ provisionerId: 'test' });
  });

  test('is remembered by its last 20 runs, oldest first, over many claims and requests that wait together', async () => {
    const taskQueueId = aQueue();
    const ids: string[] = [];
    for (let i = 0; i < 23; i++) ids.push(await createTask(t, { taskQueueId }));
    const order: string[] = [];
    for (const tasks of [1, 7, 10]) order.push(...(await ask(t, taskQueueId, 'worker', tasks)).tasks.map((c) => c.status.taskId));
    const together = await Promise.all([ask(t, taskQueueId, 'worker', 3), ask(t, taskQueueId, 'worker', 2)]);
    order.push(...together.flatMap((c) => c.tasks.map((x) => x.status.taskId)));
    expect(order.toSorted()).toEqual(ids.toSorted());
    const { recentTasks } = await t.client.getWorker(workerOf(taskQueueId));
    expect(recentTasks.map((r) => r.taskId)).toEqual(order.slice(-20));
    const { workers } = await t.client.listWorkers(typeOf(taskQueueId));
    expect(workers).toMatchObject([{ workerId: 'worker', latestTask: { taskId: order.at(-1), runId: 0 } }]);
    expect(workers[0]).not.toHaveProperty('quarantineUntil');
  });

  test('cannot be declared to be expired, and nothing is left of it', async () => {
    const taskQueueId = aQueue();
    expect(await refusal(t.client.declareWorker(workerOf(taskQueueId), { expires: inFuture(-1_000) }))).toBe('InputError');
    expect(await t.database.db.many(Type.Object({}), sql`select from queue.workers where task_queue_id = ${taskQueueId}`)).toEqual([]);
    const expires = inFuture(86_400_000);
    await t.client.declareWorker(workerOf(taskQueueId), { expires });
    expect((await t.client.declareWorker(workerOf(taskQueueId), { expires: inFuture(-1_000) })).expires).toBe(expires);
  });

  test('is declared by callers that may say so, and its expiry only grows', async () => {
    const worker = workerOf(aQueue());
    const far = inFuture(10 * 86_400_000);
    const path = `${worker.provisionerId}/${worker.workerType}/${worker.workerGroup}/${worker.workerId}`;
    expect(await refusal(t.clientWith(`queue:declare-worker:${path}#other`).declareWorker(worker, { expires: far }))).toBe(
      'InsufficientScopes',
    );
    const declared = await t.clientWith(`queue:declare-worker:${path}#expires`).declareWorker(worker, { expires: far });
    expect(declared).toMatchObject({ ...worker, expires: far, recentTasks: [] });
    expect((await t.client.declareWorker(worker, { expires: inFuture(60_000) })).expires).toBe(far);
  });
});

describe('a quarantined worker', () => {
  test('gets nothing, others go on, and a past time lifts it', async () => {
    const taskQueueId = aQueue();
    await ask(t, taskQueueId, 'bad');
    const until = inFuture(3_600_000);
    const answer = await t.client.quarantineWorker(workerOf(taskQueueId, 'bad'), { quarantineUntil: until, quarantineInfo: 'smells' });
    expect(answer.quarantineUntil).toBe(until);
    const taskId = await createTask(t, { taskQueueId });
    expect((await ask(t, taskQueueId, 'bad')).tasks).toEqual([]);
    expect((await ask(t, taskQueueId, 'good')).tasks.map((c) => c.status.taskId)).toEqual([taskId]);
    const list = async (quarantined?: string) =>
      (await t.client.listWorkers({ ...typeOf(taskQueueId), ...(quarantined ? { quarantined } : {}) })).workers.map((w) => w.workerId);
    expect([await list(), await list('true'), await list('false')]).toEqual([['bad', 'good'], ['bad'], ['good']]);
    await t.client.quarantineWorker(workerOf(taskQueueId, 'bad'), { quarantineUntil: inFuture(-1_000) });
    await createTask(t, { taskQueueId });
    expect((await ask(t, taskQueueId, 'bad')).tasks).toHaveLength(1);
    const [row] = await t.database.db.many(
      Type.Object({ details: Type.Unsafe<object[]>({}) }),
      sql`select quarantine_details as details from queue.workers where task_queue_id = ${taskQueueId} and worker_id = 'bad'`,
    );
    expect(row?.details).toMatchObject([
      { clientId: 'test', quarantineUntil: until, quarantineInfo: 'smells' },
      { clientId: 'test', quarantineInfo: '[unspecified]', updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/) },
    ]);
  });

  test.each([['a leap second', { quarantineUntil: '2036-12-31T23:59:60Z' }]])('cannot be made with %s', async (_, body) => {
    const taskQueueId = aQueue();
    await ask(t, taskQueueId);
    expect(await refusal(t.client.quarantineWorker(workerOf(taskQueueId), body))).toBe('InputError');
  });

  test('that nobody knows cannot be quarantined', async () => {
    expect(await refusal(t.client.quarantineWorker(workerOf(aQueue()), { quarantineUntil: inFuture(1_000) }))).toBe('ResourceNotFound');
  });

  test('waits in nobody’s way, however many it asks for', async () => {
    const waiting = await openTestQueue({ CLAIM_WORK_LONG_POLL: '1500ms', CLAIM_WORK_POLL: '1h' });
    try {
      const bad = ['a', 'b', 'c'];
      for (const id of bad) await waiting.client.declareWorker(workerOf('test/queue', id), { expires: inFuture(86_400_000) });
      for (const id of bad) await waiting.client.quarantineWorker(workerOf('test/queue', id), { quarantineUntil: inFuture(3_600_000) });
      const before = bad.map((workerId) =>
        waiting.client.claimWork({ taskQueueId: 'test/queue' }, { tasks: 32, workerGroup: 'group', workerId }),
      );
      const behind = claimOne(waiting);
      const taskId = await createTask(waiting);
      expect((await behind).status.taskId).toBe(taskId);
      expect((await Promise.all(before)).map((b) => b.tasks)).toEqual([[], [], []]);
    } finally {
      await waiting.close();
    }
  });

  test('leaves to others what they ask for together with it', async () => {
    const taskQueueId = aQueue();
    await t.client.declareWorker(workerOf(taskQueueId, 'bad'), { expires: inFuture(86_400_000) });
    await t.client.quarantineWorker(workerOf(taskQueueId, 'bad'), { quarantineUntil: inFuture(3_600_000) });
    const taskIds = [await createTask(t, { taskQueueId }), await createTask(t, { taskQueueId })];
    const issueCredentials = taskCredentials({ clientId: 'static/taskcluster/queue', accessToken: 'a'.repeat(44) }, t.clock.now);
    const together = claimer({ db: t.database.db, workerInfoMs: 60_000, issueCredentials });
    const claimed = await together(
      taskQueueId,
      ['first', 'bad', 'good'].map((workerId) => ({ taskQueueId, workerGroup: 'group', workerId, tasks: 1, claimMs: 60_000 })),
    );
    expect(claimed.map((tasks) => tasks?.map((task) => task.status.taskId))).toEqual([[taskIds[0]], undefined, [taskIds[1]]]);
  });

  test('cannot claim by name either', async () => {
    const taskQueueId = aQueue();
    await ask(t, taskQueueId);
    const taskId = await createTask(t, { taskQueueId });
    await t.client.quarantineWorker(workerOf(taskQueueId), { quarantineUntil: inFuture(3_600_000) });
    const claim = { workerGroup: 'group', workerId: 'worker' };
    expect(await refusal(t.client.claimTask({ taskId, runId: '0' }, claim))).toBe('RequestConflict');
    expect(await stateOf(t, taskId)).toBe('pending');
  });
});

describe('claiming by name', () => {
  test('takes the run, leaves nothing in the queue, and may be repeated by its worker alone', async () => {
    const taskQueueId = aQueue();
    const taskId = await createTask(t, { taskQueueId });
    const claim = { workerGroup: 'group', workerId: 'worker' };
    const claimed = await t.client.claimTask({ taskId, runId: '0' }, claim);
    expect(claimed).toMatchObject({ runId: 0, ...claim, status: { state: 'running' }, task: { taskQueueId } });
    expect(await t.client.taskQueueCounts({ taskQueueId })).toMatchObject({ pendingTasks: 0, claimedTasks: 1 });
    expect((await t.client.claimTask({ taskId, runId: '0' }, claim)).takenUntil).toBe(claimed.takenUntil);
    expect(await refusal(t.client.claimTask({ taskId, runId: '0' }, { ...claim, workerId: 'other' }))).toBe('RequestConflict');
    expect(await refusal(t.client.claimTask({ taskId, runId: '1' }, claim))).toBe('ResourceNotFound');
    expect((await t.client.getWorker(workerOf(taskQueueId))).recentTasks.at(-1)).toEqual({ taskId, runId: 0 });
  });

  test('looks for the task before it looks at scopes', async () => {
    const taskQueueId = aQueue();
    const taskId = await createTask(t, { taskQueueId });
    const claim = { workerGroup: 'group', workerId: 'worker' };
    expect(await refusal(t.clientWith().claimTask({ taskId: slugid(), runId: '0' }, claim))).toBe('ResourceNotFound');
    expect(await refusal(t.clientWith().claimTask({ taskId, runId: '0' }, claim))).toBe('InsufficientScopes');
    await t.clientWith(`queue:claim-task:${taskQueueId}`, 'queue:worker-id:group/worker').claimTask({ taskId, runId: '0' }, claim);
  });
});

/** All pages of a list, two rows at a time. */
const allPages = async <P extends { readonly continuationToken?: string }>(
  list: (paging: { limit: string; continuationToken?: string }) => Promise<P>,
): Promise<P[]> => {
  const pages: P[] = [];
  for (let continuationToken: string | undefined; ;) {
    const page = await list({ limit: '2', ...(continuationToken === undefined ? {} : { continuationToken }) });
    pages.push(page);
    ({ continuationToken } = page);
    if (continuationToken === undefined) return pages;
  }
};

describe('lists in pages', () => {
  test('pending tasks come in the order in which they wait, claimed ones in the order of their claims', async () => {
    const taskQueueId = aQueue();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      ids.push(await createTask(t, { taskQueueId, priority: i % 2 ? 'high' : 'lowest' }));
      await t.clock.advance('1s');
    }
    const pending = await allPages((paging) => t.client.listPendingTasks({ taskQueueId, ...paging }));
    expect(pending.flatMap((p) => p.tasks.map((x) => x.taskId))).toEqual(ids);
    expect(pending[0]?.tasks[1]).toMatchObject({ runId: 0, task: { priority: 'high', taskQueueId } });
    const order: string[] = [];
    for (let i = 0; i < 5; i++) {
      order.push((await claimOne(t, taskQueueId)).status.taskId);
      await t.clock.advance('1s');
    }
    const claimed = await allPages((paging) => t.client.listClaimedTasks({ taskQueueId, ...paging }));
    expect(claimed.flatMap((p) => p.tasks.map((x) => x.taskId))).toEqual(order);
    expect(claimed[0]?.tasks[0]).toMatchObject({ workerGroup: 'group', workerId: 'worker', runId: 0 });
    expect((await t.client.listPendingTasks({ taskQueueId })).tasks).toEqual([]);
  });

  test('workers, queues, worker types and provisioners come in the order of their names', async () => {
    const queue = await openTestQueue();
    try {
      const ids = ['a-b/w', 'a/w', 'a/x', 'b/w', 'c/w'];
      for (const id of ids) await runningTask(queue, { taskQueueId: id });
      for (const worker of ['3', '1', '2']) await ask(queue, 'a/w', worker);
      const queues = await allPages((paging) => queue.client.listTaskQueues(paging));
      expect(queues.flatMap((p) => p.taskQueues.map((q) => q.taskQueueId))).toEqual(ids);
      const provisioners = await allPages((paging) => queue.client.listProvisioners(paging));
      expect(provisioners.flatMap((p) => p.provisioners.map((q) => q.provisionerId))).toEqual(['a', 'a-b', 'b', 'c']);
      const types = await allPages((paging) => queue.client.listWorkerTypes({ provisionerId: 'a', ...paging }));
      expect(types.flatMap((p) => p.workerTypes.map((q) => q.workerType))).toEqual(['w', 'x']);
      const workers = await allPages((paging) => queue.client.listWorkers({ provisionerId: 'a', workerType: 'w', ...paging }));
      expect(workers.flatMap((p) => p.workers.map((w) => w.workerId))).toEqual(['1', '2', '3', 'worker']);
    } finally {
      await queue.close();
    }
  });
});

test('a queue is remembered for a day after a worker asked it, and for five after a claim by name', async () => {
  const taskQueueId = aQueue();
  const daysLeft = async () => {
    const { expires } = await t.client.getTaskQueue({ taskQueueId });
    return Math.round((Date.parse(expires) - t.clock.now()) / 86_400_000);
  };
  const [first, second] = [await createTask(t, { taskQueueId }), await createTask(t, { taskQueueId })];
  await claimOne(t, taskQueueId);
  expect(await daysLeft()).toBe(1);
  const { status } = await t.client.status({ taskId: first });
  const taskId = status.state === 'pending' ? first : second;
  await t.client.claimTask({ taskId, runId: '0' }, { workerGroup: 'g', workerId: 'w' });
  expect(await daysLeft()).toBe(5);
});
