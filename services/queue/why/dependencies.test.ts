import type { WhyCause } from '@taskcluster/contracts';
import { sql } from '@taskcluster/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aDefinition, aQueue, claimOne, createTask, openTestQueue, slugid, type TestQueue } from '../fixture.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

const why = (taskId: string, client = t.client) => client.why({ taskId });
const kinds = async (taskId: string) => (await why(taskId)).causes.map((c) => c.kind);
const cause = async <K extends WhyCause['kind']>(taskId: string, kind: K) => {
  const found = (await why(taskId)).causes.find((c) => c.kind === kind);
  if (!found) throw new Error(`There is no cause ${kind}.`);
  return found as Extract<WhyCause, { kind: K }>;
};
const named = (name: string) => ({ name, description: 'for a test', owner: 'tests@example.com', source: 'https://example.com/' });
const failed = async (name: string) => {
  const taskQueueId = aQueue();
  const taskId = await createTask(t, { taskQueueId, metadata: named(name) });
  await claimOne(t, taskQueueId);
  await t.client.reportFailed({ taskId, runId: '0' });
  return taskId;
};
const pending = async (count: number) => {
  const ids = Array.from({ length: count }, slugid).toSorted();
  const taskQueueId = aQueue();
  for (let i = 0; i < count; i += 500)
    await t.client.createTasks(
      {},
      { tasks: ids.slice(i, i + 500).map((taskId) => ({ taskId, task: aDefinition(t, { taskQueueId, metadata: named('waits') }) })) },
    );
  return ids;
};

test.each([20, 199, 2000])('one failed task among %i others is found, counted and named', async (others) => {
  const ids = await pending(others);
  const half = Math.floor(others * 0.9);
  const dependencies = [...ids.slice(0, half), await failed('the culprit'), ...ids.slice(half)];
  const taskId = await createTask(t, { dependencies });
  const { causes } = await why(taskId);
  expect(causes[0]).toMatchObject({ kind: 'failed-dependencies', count: 1, tasks: [{ name: 'the culprit', state: 'failed' }] });
  expect(causes[0]?.text).toMatch(
    others > 500 ? /at least 1 task .* was not; .*: the culprit \(failed\) and perhaps others\.$/ : /: the culprit \(failed\)\.$/,
  );
  expect(causes[1]).toMatchObject({ kind: 'dependencies', unsatisfied: others + 1, more: others > 500 });
  if (others <= 500) expect(causes[1]).toMatchObject({ count: others });
});

test('what failed or is gone is found behind a task with more dependencies than are followed', async () => {
  const ids = await pending(1200);
  const gone = await createTask(t);
  const joining = await createTask(t, { dependencies: [...ids, gone, await failed('deep below')] });
  await t.database.db.run(sql`delete from queue.tasks where task_id = ${gone}`);
  const taskId = await createTask(t, { dependencies: [joining] });
  expect(await kinds(taskId)).toEqual(['failed-dependencies', 'missing-dependencies', 'dependencies', 'deadline']);
  expect(await cause(taskId, 'failed-dependencies')).toMatchObject({ count: 1, more: true, tasks: [{ name: 'deep below' }] });
  expect(await cause(taskId, 'missing-dependencies')).toMatchObject({ count: 1, tasks: [{ taskId: gone }] });
});

test('a failed task is named however many others come before it, if the caller may see it', async () => {
  const ids = await pending(40);
  const culprit = await failed('the culprit');
  const taskId = await createTask(t, { dependencies: [...ids.slice(0, 34), culprit, ...ids.slice(34)] });
  const summary = 'It cannot start, because 1 task that had to be completed was not; rerun it, or schedule this task by hand';
  expect((await why(taskId)).summary).toBe(`${summary}: the culprit (failed).`);
  const narrow = t.clientWith(`queue:status:${taskId}`, `queue:status:${culprit}`);
  expect((await why(taskId, narrow)).summary).toBe(`${summary}: ${culprit} (failed).`);
  const narrower = t.clientWith(`queue:status:${taskId}`);
  expect((await why(taskId, narrower)).summary).toBe(`${summary}.`);
});
