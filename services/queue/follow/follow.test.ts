import { afterAll, beforeAll, expect, test } from 'vitest';
import { aQueue, claimOne, createTask, openTestQueue, refusal, slugid, type TestQueue } from '../fixture.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

/** Whether a promise is still open after others had their turn. */
const isOpen = async (promise: Promise<unknown>) => {
  let open = true;
  void promise.finally(() => (open = false));
  await t.client.ping({});
  return open;
};

test('a caller that knows less than there is gets the answer at once', async () => {
  const taskId = await createTask(t);
  expect((await t.client.awaitStatus({ taskId })).status.state).toBe('pending');
  expect((await t.client.awaitStatus({ taskId, state: 'unscheduled' })).status.state).toBe('pending');
  expect((await t.client.awaitStatus({ taskId, state: 'pending', runs: '0' })).status.runs).toHaveLength(1);
});

test('a caller that knows everything waits until something changes', async () => {
  const taskQueueId = aQueue();
  const taskId = await createTask(t, { taskQueueId });
  const running = t.client.awaitStatus({ taskId, state: 'pending', runs: '1' });
  const exception = Promise.all(Array.from({ length: 20 }, () => t.client.awaitStatus({ taskId, runs: '1' })));
  expect(await isOpen(running)).toBe(true);
  await claimOne(t, taskQueueId);
  expect((await running).status.state).toBe('running');
  await t.client.reportException({ taskId, runId: '0' }, { reason: 'worker-shutdown' });
  expect((await exception).map(({ status }) => status.runs.length)).toEqual(Array(20).fill(2));
});

test('after its time, or when the caller leaves, the status is answered as it is', async () => {
  const taskId = await createTask(t);
  expect((await t.client.awaitStatus({ taskId, state: 'pending', timeout: '0' })).status.state).toBe('pending');
  const leaving = new AbortController();
  const answer = t.client.awaitStatus({ taskId, state: 'pending' }, undefined, { signal: leaving.signal });
  await t.client.ping({});
  leaving.abort();
  expect((await answer).status.state).toBe('pending');
});

test('a worker follows its own run with the scopes of the run, and nothing else', async () => {
  const taskQueueId = aQueue();
  const taskId = await createTask(t, { taskQueueId });
  await claimOne(t, taskQueueId);
  const run = t.clientWith(`queue:reclaim-task:${taskId}/0`);
  const ended = run.awaitStatus({ taskId, runId: '0', state: 'running' });
  await t.client.cancelTask({ taskId });
  expect((await ended).status.state).toBe('exception');
  expect(await refusal(run.awaitStatus({ taskId, state: 'running' }))).toBe('InsufficientScopes');
  expect(await refusal(run.awaitStatus({ taskId: slugid(), runId: '0', state: 'running' }))).toBe('InsufficientScopes');
  expect(await refusal(t.client.awaitStatus({ taskId: slugid() }))).toBe('ResourceNotFound');
});
