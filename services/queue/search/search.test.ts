import type { TaskDefinitionRequest } from '@taskcluster/contracts';
import { retentionLoop } from '@taskcluster/bus';
import { sql } from '@taskcluster/db';
import { silentLog } from '@taskcluster/log';
import { startLoops } from '@taskcluster/loop';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { aDefinition, aQueue, claimOne, createTask, openTestQueue, refusal, slugid, type TestQueue } from '../fixture.ts';
import { expireTasks } from '../loops/expiry.ts';
import { indexTasks, unreadByIndex } from './index.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

let project: string;
beforeEach(() => {
  project = `p-${slugid()}`;
});

const follow = async () => {
  while ((await indexTasks.step(t.queue, indexTasks.batch)) > 0);
};
const named = (name: string, changes: Partial<TaskDefinitionRequest> = {}) =>
  createTask(t, {
    projectId: project,
    metadata: { name, description: 'd', owner: 'alice@example.com', source: 'https://example.com/' },
    ...changes,
  });
type Query = Parameters<TestQueue['client']['searchTasks']>[0];
const found = async (query: Query, client = t.client) => {
  await follow();
  return (await client.searchTasks({ project, ...query })).tasks.map((f) => f.status.taskId);
};

test('a task is found by words of its name, each at its beginning, in any order and case', async () => {
  const taskId = await named('test-linux1804-64/opt-mochitest-browserChrome 7');
  for (const name of ['mochi', 'OPT linux', '1804', 'linux18', 'linux', 'chrome', 'browserchrome', 'test-linux1804-64/opt', '7'])
    expect(await found({ name }), name).toEqual([taskId]);
  for (const name of ['ochitest', 'windows', 'linux windows']) expect(await found({ name }), name).toEqual([]);
});

test('names in other scripts, and with quotes, are found too', async () => {
  const taskId = await named(`Überprüfung 構築 it's a \\ "test" :* & !`);
  for (const name of ['Überp', '構築', `it's`, '\\ "test"']) expect(await found({ name }), name).toEqual([taskId]);
});

test('a task is found by owner, project, tag, queue, state and time', async () => {
  const taskQueueId = aQueue();
  const other = await named('other', { taskQueueId: aQueue(), tags: { kind: 'test' } });
  const metadata = { name: 'n', description: 'd', owner: 'Bob@example.com', source: 'https://example.com/' };
  const taskId = await named('this', { taskQueueId, tags: { kind: 'build', os: 'linux' }, metadata });
  expect(await found({ owner: 'bob' })).toEqual([taskId]);
  expect(await found({ tag: 'kind=build' })).toEqual([taskId]);
  expect(new Set(await found({ tag: 'kind' }))).toEqual(new Set([taskId, other]));
  expect(await found({ taskQueueId })).toEqual([taskId]);
  expect(await found({ project: 'another' })).toEqual([]);
  const from = new Date(t.clock.now() + 1_000).toISOString();
  expect(await found({ from })).toEqual([]);
  expect(await found({ to: from, owner: 'bob' })).toEqual([taskId]);
});

test('the state is the present one, from pending to resolved to rerun', async () => {
  const taskQueueId = aQueue();
  const taskId = await named('changing', { taskQueueId });
  const states = async () => {
    const all = ['unscheduled', 'pending', 'running', 'completed', 'failed', 'exception'];
    const hits: string[] = [];
    for (const state of all) if ((await found({ state, taskQueueId })).length > 0) hits.push(state);
    return hits;
  };
  expect(await states()).toEqual(['pending']);
  await claimOne(t, taskQueueId);
  expect(await states()).toEqual(['running']);
  await t.client.reportFailed({ taskId, runId: '0' });
  expect(await states()).toEqual(['failed']);
  expect(await found({ state: 'completed,failed', taskQueueId })).toEqual([taskId]);
  await t.client.rerunTask({ taskId });
  expect(await states()).toEqual(['pending']);
});

test('the newest come first, page by page, and none twice', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 7; i++) {
    ids.unshift(await named(`page ${i}`));
    await t.clock.advance(1_000);
  }
  await follow();
  const seen: string[] = [];
  let continuationToken: string | undefined;
  do {
    const page = await t.client.searchTasks({ project, limit: '3', ...(continuationToken ? { continuationToken } : {}) });
    expect(page.tasks.length).toBeLessThanOrEqual(3);
    seen.push(...page.tasks.map((f) => f.status.taskId));
    continuationToken = page.continuationToken;
  } while (continuationToken);
  expect(seen).toEqual(ids);
});

test('messages wait for the index, however short they are kept and however long the platform was down', async () => {
  await follow();
  const taskId = await named('behind');
  await t.clock.advance('2h');
  const retain = () =>
    retentionLoop.step({ db: t.database.db, keepMs: 3_600_000, consumers: [], places: () => unreadByIndex(t.database.db) }, 10_000);
  await retain();
  expect(await found({ name: 'behind' })).toEqual([taskId]);
  expect(await retain()).toBeGreaterThan(0);
});

test('an answer says how far the index is behind', async () => {
  await follow();
  await t.clock.advance('5m');
  expect((await t.client.searchTasks({ project })).behindMs).toBeGreaterThanOrEqual(300_000);
  await follow();
  const { behindMs, filled } = await t.client.searchTasks({ project });
  expect(behindMs).toBeLessThan(300_000);
  expect(filled).toBe(true);
});

test('a caller is shown what other methods would show: its tasks, its groups, or everything', async () => {
  const [one, two, three] = [await named('one'), await named('two'), await named('three')];
  const both = (pattern: string) => [`queue:get-task:${pattern}`, `queue:status:${pattern}`];
  const ids = async (...scopes: readonly string[]) => (await found({}, t.clientWith(...scopes))).toSorted();
  expect(await ids()).toEqual([]);
  expect(await ids(`queue:get-task:${one}`)).toEqual([]);
  expect(await ids(...both(one))).toEqual([one]);
  expect(await ids(...both(one), `queue:list-task-group:${two}`)).toEqual([one, two].toSorted());
  expect(await ids(...both(`${three.slice(0, 8)}*`))).toEqual([three]);
  expect(await ids(...both('*'))).toEqual([one, two, three].toSorted());
  expect(await ids('queue:list-recent-tasks')).toEqual([one, two, three].toSorted());
});

test('a rare task is found behind many others, and what is common is found without going through all', async () => {
  const rare = await named('needle in a haystack');
  await follow();
  await t.database.db.run(sql`
    insert into queue.search (created, slice, task_id, task_group_id, terms)
    select platform.now() + n * interval '1 ms', (select slice from queue.search_slices order by starts desc limit 1), 'hay' || n, 'hay',
      array_to_tsvector(array['w:hay', ${`p:${project}`}]) from generate_series(1, 10000) n`);
  await t.database.db.run(sql`analyze queue.search`);
  expect(await found({ name: 'needle' })).toEqual([rare]);
  // None of the hay is a task: each request looks at as much of it as one may, and says how far it came.
  let page = await t.client.searchTasks({ project, name: 'hay' });
  for (let pages = 1; page.continuationToken !== undefined && pages < 100; pages++) {
    expect(page.tasks).toEqual([]);
    expect(page.searchedTo).toBeDefined();
    page = await t.client.searchTasks({ project, name: 'hay', continuationToken: page.continuationToken });
  }
  expect(page.tasks.map((f) => f.status.taskId)).toEqual([rare]);
  expect(page.continuationToken).toBeUndefined();
  await t.database.db.run(sql`delete from queue.search where task_group_id = 'hay'`);
});

test('the index follows in steps, and begins again where it was', async () => {
  await follow();
  const tasks = Array.from({ length: 1_200 }, (_, i) => ({
    taskId: slugid(),
    task: aDefinition(t, { projectId: project, taskQueueId: 'test/many', tags: { n: String(i) } }),
  }));
  await t.client.createTasks({}, { tasks });
  expect(await indexTasks.step(t.queue, indexTasks.batch)).toBe(1_000);
  const half = await t.client.searchTasks({ project, limit: '200' });
  expect(half.tasks.length).toBeGreaterThan(0);
  // Two processes at once: one of them does the step.
  await Promise.all([indexTasks.step(t.queue, indexTasks.batch), indexTasks.step(t.queue, indexTasks.batch)]);
  for (const n of ['0', '600', '1199']) expect(await found({ tag: `n=${n}` }), n).toHaveLength(1);
});

test('while the platform is busy, the pause between two steps is nineteen times as long as a step', async () => {
  await follow();
  // A million messages since the last step.
  await t.database.db.run(
    sql`select setval(pg_get_serial_sequence('platform.messages', 'id'), (select max(id) from platform.messages) + 1e6::int8)`,
  );
  const tasks = Array.from({ length: 1_200 }, () => ({ taskId: slugid(), task: aDefinition(t, { projectId: project }) }));
  await t.client.createTasks({}, { tasks });
  const began: number[] = [];
  const ended: number[] = [];
  const twice = Promise.withResolvers<void>();
  const watched: typeof indexTasks = {
    ...indexTasks,
    step: async (...given) => {
      began.push(performance.now());
      const count = await indexTasks.step(...given);
      if (ended.push(performance.now()) === 2) twice.resolve();
      return count;
    },
  };
  const running = startLoops([watched], { service: t.queue, wakeups: t.database.db.wakeups, log: silentLog });
  await twice.promise;
  await running.stop();
  const [[begin = 0, next = 0], [end = 0]] = [began, ended];
  // The step itself measured a little less than was measured around it; a machine that is busy otherwise may reach the longest pause.
  expect(next - end).toBeGreaterThan(Math.min(4_990, 18 * (end - begin)));
});

test('tasks from before the index was made are added, and a repeated addition changes nothing', async () => {
  const taskId = await named('from before');
  await follow();
  await t.database.db.run(sql`delete from queue.search`);
  await t.database.db.run(sql`update queue.search_place set filled = false, filled_created = 'infinity', filled_task_id = ''`);
  expect(await found({ name: 'before' })).toEqual([taskId]);
});

test('an expired task is not found, and its entry goes with it', async () => {
  const { deadline } = aDefinition(t);
  const taskId = await named('short', { deadline, expires: deadline });
  expect(await found({ name: 'short' })).toEqual([taskId]);
  await t.clock.advance('2h');
  expect(await found({ name: 'short' })).toEqual([]);
  await t.clock.advance('31m');
  while ((await expireTasks.step(t.queue, 100)) > 0);
  expect(await t.database.db.run(sql`select from queue.search where task_id = ${taskId}`)).toBe(0);
});

test('a state that there is not, an impossible time and unknown keys are refused', async () => {
  expect(await refusal(t.client.searchTasks({ state: 'sleeping' }))).toBe('InvalidRequestArguments');
  expect(await refusal(t.client.searchTasks({ from: '2026-02-31T99:00:00Z' }))).toBe('InputError');
  expect(await refusal(t.client.searchTasks({ from: 'yesterday' }))).toBe('InvalidRequestArguments');
});
