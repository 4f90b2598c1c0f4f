import { invoker, methodsOf, monitoringHandlers, serviceApi } from '@taskcluster/api';
import { appendMessages, consumerLoop } from '@taskcluster/bus';
import { queue as contract } from '@taskcluster/contracts';
import { outsideTransaction, sql } from '@taskcluster/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removedWorkers } from './consumers/removed-workers.ts';
import { cancel, giveBack } from './domain/life-cycle.ts';
import { stateOf, type Task } from './domain/task.ts';
import { aQueue, claimOne, createTask, openTestQueue, refusal, runningTask, type TestQueue } from './fixture.ts';
import { workerHandlers } from './handlers/workers.ts';
import { claimResolver } from './loops/index.ts';
import { transitions } from './transitions.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

const runsOf = async (taskId: string) => {
  const { status } = await t.client.status({ taskId });
  return { ends: status.runs.map((r) => r.reasonResolved ?? r.state), retriesLeft: status.retriesLeft };
};
const secondsLeft = (takenUntil: string | undefined) => Math.round((Date.parse(takenUntil ?? '') - t.clock.now()) / 1_000);

test('the first claim of a worker that acknowledges claims is short, and its first reclaim makes it as long as any', async () => {
  const taskQueueId = aQueue();
  const taskId = await createTask(t, { taskQueueId, retries: 1 });
  const body = { tasks: 1, workerGroup: 'g', workerId: 'w' };
  const { tasks } = await t.client.claimWork({ taskQueueId }, body, { prefer: 'wait=3, Acknowledge-Claims' });
  expect(secondsLeft(tasks[0]?.takenUntil)).toBe(60);
  const { takenUntil } = await t.client.reclaimTask({ taskId, runId: '0' });
  expect(secondsLeft(takenUntil)).toBe(20 * 60);
  await t.clock.advance('2m');
  await claimResolver.step(t.queue, 32);
  expect((await runsOf(taskId)).ends).toEqual(['running']);
});

test('one that is neither prolonged nor reported runs out after a minute; a worker that knows nothing of this is not affected', async () => {
  const taskQueueId = aQueue();
  const [first, second] = [await createTask(t, { taskQueueId, retries: 1 }), await createTask(t, { taskQueueId, retries: 1 })];
  await t.client.claimWork({ taskQueueId }, { tasks: 1, workerGroup: 'g', workerId: 'w' }, { prefer: 'acknowledge-claims' });
  await claimOne(t, taskQueueId);
  await t.clock.advance('61s');
  while ((await claimResolver.step(t.queue, 32)) > 0);
  expect(await runsOf(first)).toEqual({ ends: ['claim-expired', 'pending'], retriesLeft: 0 });
  expect(await runsOf(second)).toEqual({ ends: ['running'], retriesLeft: 1 });
});

test('a claim whose answer reached nobody is given back at once, at no cost', async () => {
  const taskQueueId = aQueue();
  const taskId = await createTask(t, { taskQueueId, retries: 0 });
  // As the wire does when the connection was gone before the answer was written.
  const settled = Promise.withResolvers<void>();
  const service = {
    ...t.queue,
    transit: (transition: Parameters<typeof t.queue.transit>[0]) => {
      const done = t.queue.transit(transition);
      done.then(() => settled.resolve(), settled.reject);
      return done;
    },
  };
  const claimWork = methodsOf(
    serviceApi({ contract, handlers: workerHandlers as never, service }),
    new Proxy(monitoringHandlers({}), { get: (all, name) => Reflect.get(all, name) ?? (async () => ({})) }),
  ).find((method) => method.name === 'claimWork');
  if (!claimWork) throw new Error('There is no claimWork.');
  await invoker([{ ...claimWork, perform: (request) => claimWork.perform({ ...request, onUndelivered: (work) => work() }) }])({
    service: 'queue',
    method: 'claimWork',
    given: { taskQueueId },
    body: { tasks: 1, workerGroup: 'g', workerId: 'w' },
    caller: { clientId: 'test', scopes: ['*'] },
  });
  await settled.promise;
  expect(await runsOf(taskId)).toEqual({ ends: ['claim-expired', 'pending'], retriesLeft: 0 });
  expect(await refusal(t.client.reportCompleted({ taskId, runId: '0' }))).toBe('RequestConflict');
  expect((await claimOne(t, taskQueueId)).runId).toBe(1);
});

test('a claim is not given back twice, nor when it was prolonged', async () => {
  const taskId = await runningTask(t);
  const task = await t.queue.findTask(taskId);
  const run = task?.runs[0];
  if (!task || !run?.takenUntil) throw new Error('The task does not run.');
  const claim = { runId: 0, takenUntil: run.takenUntil };
  const now = new Date(t.clock.now()).toISOString();
  const back = giveBack(task, claim, now);
  expect(back.announce.map((a) => a.message)).toEqual(['taskException', 'taskPending']);
  expect(giveBack(back.task, claim, now).announce).toEqual([]);
  expect(giveBack(task, { ...claim, takenUntil: now }, now).announce).toEqual([]);
});

test('what a removed worker was running is tried again at once, but not what it claimed after that', async () => {
  const loop = consumerLoop(removedWorkers);
  await loop.step(t.queue, loop.batch);
  const taskQueueId = aQueue();
  const [lost, others] = [await createTask(t, { taskQueueId }), await createTask(t, { taskQueueId })];
  await t.client.claimWork({ taskQueueId }, { tasks: 1, workerGroup: 'g', workerId: 'gone' });
  await t.client.claimWork({ taskQueueId }, { tasks: 1, workerGroup: 'g', workerId: 'there' });
  await t.queue.db.tx((tx) =>
    appendMessages(tx, [
      {
        exchange: 'exchange/taskcluster-worker-manager/v1/worker-removed',
        routingKey: 'primary.provider.test._.g.gone._._',
        cc: [],
        payload: { workerPoolId: taskQueueId, providerId: 'provider', workerGroup: 'g', workerId: 'gone', reason: 'for a test' },
      },
    ]),
  );
  await t.clock.advance('1s');
  const later = await createTask(t, { taskQueueId, priority: 'highest' });
  await t.client.claimWork({ taskQueueId }, { tasks: 1, workerGroup: 'g', workerId: 'gone' });
  while ((await loop.step(t.queue, loop.batch)) >= loop.batch);
  expect(await runsOf(lost)).toEqual({ ends: ['worker-shutdown', 'pending'], retriesLeft: 4 });
  expect((await runsOf(others)).ends).toEqual(['running']);
  expect((await runsOf(later)).ends).toEqual(['running']);
});

test('who ends a task that a claim is just taking leaves no place in the queue behind, also when that claim fails', async () => {
  const { db } = t.database;
  const taskQueueId = aQueue();
  const taskId = await createTask(t, { taskQueueId });
  const again = Promise.withResolvers<void>();
  let attempts = 0;
  const decide = (task: Task, now: string) => {
    if (++attempts === 2) again.resolve();
    return cancel(task, now);
  };
  let canceling: Promise<Task> | undefined;
  const claiming = db.tx(async (tx) => {
    // A claim takes the place first and the task then.
    await tx.run(sql`delete from queue.pending where task_id = ${taskId}`);
    canceling = outsideTransaction(() => transitions(db)({ taskId, decide }));
    await Promise.race([again.promise, canceling]);
    throw new Error('The claim failed.');
  });
  await expect(claiming).rejects.toThrow('The claim failed.');
  expect(stateOf((await canceling) ?? { runs: [] })).toBe('exception');
  expect(await t.client.taskQueueCounts({ taskQueueId })).toMatchObject({ pendingTasks: 0, claimedTasks: 0 });
});
