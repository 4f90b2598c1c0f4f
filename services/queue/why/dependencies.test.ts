import { sql } from '@taskcluster/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aDefinition, aQueue, claimOne, createTask, openTestQueue, slugid, stateOf, type TestQueue } from '../fixture.ts';
import { asking } from './fixture.ts';
import { deadlineResolver } from '../loops/index.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

const { why, kinds, cause } = asking(() => t);
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

/** A failed task, and an unscheduled one that needs it, with a deadline in two hours. */
const stuck = async () => createTask(t, { dependencies: [await failed('the culprit')], metadata: named('in between') });
const inHours = (hours: number) => new Date(t.clock.now() + hours * 3_600_000 + 60_000).toISOString();
const patient = (dependencies: readonly string[]) => createTask(t, { dependencies, requires: 'all-resolved', deadline: inHours(10) });

test('a task starts when what has to be resolved only is ended by its deadline', async () => {
  const unscheduled = await stuck();
  const taskId = await patient([unscheduled]);
  const dependent = await createTask(t, { dependencies: [taskId], deadline: inHours(10) });
  const { summary, causes } = await why(taskId);
  expect(causes.map((c) => c.kind)).toEqual(['dependencies', 'deadline']);
  expect(causes[0]).toMatchObject({ count: 1, more: false, tasks: [{ taskId: unscheduled, state: 'unscheduled' }] });
  const ends =
    'The unscheduled one ends at its deadline at the latest, in 1 hour. Until then it waits for 1 task that does not go on by itself';
  expect(summary).toBe(
    `It waits for 1 dependency to be resolved, which comes down to 1 task that is not done: in between (unscheduled). ${ends}: the culprit (failed).`,
  );
  expect((await why(dependent)).summary).toContain(ends);
  expect((await why(taskId, t.clientWith(`queue:status:${taskId}`))).summary).toBe(
    `It waits for 1 dependency to be resolved, which comes down to 1 task that is not done. ${ends}.`,
  );
  await t.clock.advance('2h');
  expect((await why(taskId)).summary).toContain('The unscheduled one is about to be ended by its deadline.');
  await t.clock.advance('2m');
  while ((await deadlineResolver.step(t.queue, 100)) > 0);
  expect(await stateOf(t, taskId)).toBe('pending');
});

test('a deadline that ends the dependency too late is no help', async () => {
  const unscheduled = await stuck();
  const taskId = await createTask(t, { dependencies: [unscheduled], requires: 'all-resolved' });
  expect((await why(taskId)).summary).toContain('in 1 hour, which is too late for this task: its own deadline comes first.');
});

test('what is gone or held back below a task that has to be resolved only does not keep others for good', async () => {
  const gone = await createTask(t);
  const self = slugid();
  await t.client.createTask({ taskId: self }, aDefinition(t, { dependencies: [self], metadata: named('by hand') }));
  const taskId = await patient([await createTask(t, { dependencies: [gone] }), await createTask(t, { dependencies: [self] })]);
  await t.database.db.run(sql`delete from queue.tasks where task_id = ${gone}`);
  expect(await kinds(taskId)).toEqual(['dependencies', 'deadline']);
  expect((await why(taskId)).summary).toContain(
    'The 2 unscheduled ones end at their deadlines at the latest, the last in 1 hour. Until then they wait for 2 tasks that do not go on by themselves: ',
  );
  const direct = await patient([self]);
  expect((await why(direct)).summary).toContain('It waits for somebody to call scheduleTask for it.');
  expect(await kinds(direct)).toEqual(['dependencies', 'deadline']);
});

test('what has to be completed, or is gone itself, keeps a task also beside one that has to be resolved only', async () => {
  const unscheduled = await stuck();
  const between = await patient([unscheduled]);
  const taskId = await createTask(t, { dependencies: [between, await failed('another')] });
  expect(await kinds(taskId)).toEqual(['failed-dependencies', 'dependencies', 'deadline']);
  const gone = await createTask(t);
  const waiting = await patient([gone]);
  await t.database.db.run(sql`delete from queue.tasks where task_id = ${gone}`);
  expect(await kinds(waiting)).toEqual(['missing-dependencies', 'deadline']);
});

test('what failed far below a task that has to be resolved only does not keep others for good either', async () => {
  const joining = await createTask(t, { dependencies: [...(await pending(1200)), await failed('deep below')] });
  const { causes } = await why(await patient([joining]));
  expect(causes[0]).toMatchObject({ kind: 'dependencies', more: true, tasks: [{ taskId: joining }] });
  expect(causes[0]?.text).toContain('does not go on by itself: deep below (failed) and perhaps others.');
});
