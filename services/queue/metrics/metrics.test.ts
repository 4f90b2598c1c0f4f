import { queueMetrics } from '@taskcluster/contracts';
import { createMetrics } from '@taskcluster/metrics';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimOne, createTask, openTestQueue, runningTask, type TestQueue } from '../fixture.ts';
import { measureQueues, queueGauges } from './index.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

const metricNames = Object.values(queueMetrics).map(({ name }) => name.replace('queue_', ''));

/** The gauges after a step of the loop: `{ 'test/queue': { pending_tasks: 1, … } }`. */
const measured = async (limit?: number, metrics = createMetrics([queueMetrics])) => {
  const gauges = queueGauges(metrics, limit);
  await measureQueues.step({ ...t.queue, gauges }, measureQueues.batch);
  const found: Record<string, Record<string, number>> = {};
  for (const [, name = '', queue = '', value] of (await metrics.text()).matchAll(/^queue_(\w+)\{taskQueueId="(.*)"\} (\d+)$/gm))
    (found[queue] ??= {})[name] = Number(value);
  return found;
};
const nothing = Object.fromEntries(metricNames.map((name) => [name, 0]));
const worker = (workerId: string) => ({ workerGroup: 'group', workerId });

test('each queue has its tasks and workers, and one that is asked for work and has nothing is 0', async () => {
  expect(await measured()).toEqual({});
  const [busy, quiet] = ['metrics/busy', 'metrics/quiet'];
  for (let i = 0; i < 3; i++) await createTask(t, { taskQueueId: busy });
  // One worker with two tasks, one that has no task, one that is quarantined while it has one.
  await runningTask(t, { taskQueueId: busy });
  await claimOne(t, busy);
  await t.client.claimWork({ taskQueueId: quiet }, { tasks: 1, ...worker('idle') });
  await t.client.claimWork({ taskQueueId: busy }, { tasks: 1, ...worker('bad') });
  const quarantineUntil = new Date(t.clock.now() + 3_600_000).toISOString();
  await t.client.quarantineWorker({ provisionerId: 'metrics', workerType: 'busy', ...worker('bad') }, { quarantineUntil });
  await createTask(t, { taskQueueId: 'metrics/nobody' });
  expect(await measured()).toEqual({
    [busy]: { pending_tasks: 1, claimed_tasks: 3, workers_total: 2, running_workers: 2, idle_workers: 0, quarantined_workers: 1 },
    [quiet]: { ...nothing, workers_total: 1, idle_workers: 1 },
    'metrics/nobody': { ...nothing, pending_tasks: 1 },
  });
});

test('a gauge follows what happens, and what nobody knows any more is gone', async () => {
  const metrics = createMetrics([queueMetrics]);
  const taskQueueId = 'metrics/follow';
  const taskId = await runningTask(t, { taskQueueId });
  expect((await measured(undefined, metrics))[taskQueueId]).toMatchObject({ claimed_tasks: 1, running_workers: 1 });
  await t.client.reportCompleted({ taskId, runId: '0' });
  expect((await measured(undefined, metrics))[taskQueueId]).toEqual({ ...nothing, workers_total: 1, idle_workers: 1 });
  await t.clock.advance('2d');
  expect((await measured(undefined, metrics))[taskQueueId]).toBeUndefined();
});

test('of many queues those with most tasks and workers have series of their own, and the rest are counted together', async () => {
  for (const [queue, tasks] of Object.entries({ a: 1, b: 2, c: 8, d: 9 }))
    for (let n = 0; n < tasks; n++) await createTask(t, { taskQueueId: `metrics-many/${queue}` });
  const all = await measured();
  const few = await measured(2);
  expect(Object.keys(few).toSorted()).toEqual(['metrics-many/c', 'metrics-many/d', 'other']);
  for (const name of metricNames) {
    const sum = (found: typeof all) => Object.values(found).reduce((n, counts) => n + (counts[name] ?? NaN), 0);
    expect(sum(few), name).toBe(sum(all));
  }
  expect(few.other?.pending_tasks).toBeGreaterThanOrEqual(3);
});

test('it looks again after half a minute, and not at all while metrics are off', async () => {
  const gauges = queueGauges(createMetrics([queueMetrics]));
  expect(measureQueues.idleMs({ ...t.queue, gauges })).toBe(30_000);
  expect(queueGauges(undefined)).toBeUndefined();
  expect(await measureQueues.step(t.queue, measureQueues.batch)).toBe(0);
  expect(measureQueues.idleMs(t.queue)).toBeGreaterThan(3_600_000);
});
