import type { TaskDefinitionRequest } from '@taskcluster/contracts';
import { migrate, migrationsIn, outsideTransaction, sql } from '@taskcluster/db';
import { openTestDatabase } from '@taskcluster/testing';
import { join } from 'node:path';
import { Type } from 'typebox';
import { afterEach, beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { aQueue, claimOne, createTask, openTestQueue, type TestQueue } from '../fixture.ts';
import { expireTasks } from '../loops/expiry.ts';
import { type Criteria, piecesOf, stateTermsOf, termsOf, tsqueryOf } from './domain/query.ts';
import { find } from './find.ts';
import { indexTasksBy } from './index-tasks.ts';
import { hitsInSlices, type Search } from './store/search.ts';

// With slices of a few tasks, and a walk that looks at two entries at a time, everything goes the way that it goes with millions.
const size = 6;
const depth = 2;
const indexTasks = indexTasksBy({ size });

let t: TestQueue;
beforeEach(async () => {
  t = await openTestQueue();
});
afterEach(() => t.close());

const step = () => indexTasks.step(t.queue, indexTasks.batch);
const follow = async () => {
  while ((await step()) > 0);
};
const named = (name: string, changes: Partial<TaskDefinitionRequest> = {}) =>
  createTask(t, { metadata: { name, description: 'd', owner: 'alice@example.com', source: 'https://example.com/' }, ...changes });

const SliceRow = Type.Object({ slice: Type.Integer(), starts: Type.String(), size: Type.Integer() });
const slices = () =>
  t.database.db.many(
    SliceRow,
    sql`select slice, starts::text as starts, open + completed + failed as size from queue.search_slices order by starts`,
  );

interface Wanted extends Criteria {
  readonly states?: readonly string[];
  readonly pageSize?: number;
  readonly before?: Search['before'];
  readonly now?: () => number;
}
const searching = ({ states, pageSize = 200, before, now = () => 0, ...criteria }: Wanted) => {
  const terms = [...termsOf(criteria), ...stateTermsOf(states)];
  const search: Search = { terms: tsqueryOf(terms), states, from: undefined, before, readable: { all: true }, limit: 1 + pageSize };
  return { db: t.database.db, search, terms, now, depth };
};
/** All pages, as a caller fetches them. */
const pagesOf = async (wanted: Wanted): Promise<string[][]> => {
  const pages: string[][] = [];
  for (let before = wanted.before; pages.length < 300;) {
    const { tasks, next } = await find(searching({ ...wanted, ...(before && { before }) }));
    pages.push(tasks.map((task) => task.taskId));
    if (!next) return pages;
    before = next;
  }
  throw new Error('The search does not end.');
};
const found = async (wanted: Wanted) => (await pagesOf(wanted)).flat();

/** A number from 0 to `below` that is the same in each run. */
const draw = ((state) => (below: number) => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((state / 2 ** 31) * below);
})(1);

/** Sixty tasks: some created late or with a clock that is ahead, in all states. They are indexed a few at a time. */
const aHistory = async () => {
  const words = ['linux', 'windows', 'build', 'test', 'lint'];
  const known: { taskId: string; created: number; name: string; state: string }[] = [];
  for (let i = 0; i < 60; i++) {
    await t.clock.advance(1_000 * (1 + draw(40)));
    const created = t.clock.now() + (draw(4) === 0 ? 60_000 * (draw(28) - 14) : 0);
    const name = `${words[draw(5)]} ${words[draw(5)]} ${i}`;
    const taskQueueId = aQueue();
    const taskId = await named(name, { taskQueueId, created: new Date(created).toISOString() });
    if (draw(2) === 0) await step();
    const state = ['pending', 'completed', 'completed', 'failed', 'rerun', 'exception'][draw(i > 30 && i < 45 ? 1 : 6)] ?? '';
    if (state === 'exception') await t.client.cancelTask({ taskId });
    else if (state !== 'pending') {
      await claimOne(t, taskQueueId);
      await (state === 'completed' ? t.client.reportCompleted : t.client.reportFailed)({ taskId, runId: '0' });
      if (state === 'rerun') {
        await step();
        await t.client.rerunTask({ taskId });
      }
    }
    known.push({ taskId, created, name, state: state === 'rerun' ? 'pending' : state });
    if (draw(3) === 0) await step();
  }
  await follow();
  return known.toSorted((a, b) => b.created - a.created || (a.taskId < b.taskId ? 1 : -1));
};

test('across slices everything is found once and in order, whatever is looked for', async () => {
  const known = await aHistory();
  expect((await slices()).length).toBeGreaterThan(5);
  const states = [undefined, ['completed'], ['failed'], ['failed', 'exception'], ['pending', 'failed'], ['running']];
  for (const words of ['', 'linux', 'windows lint', 'test 17', 'nothing'])
    for (const wanted of states)
      for (const pageSize of [2, 7, 200]) {
        const expected = known.filter(
          (k) => words.split(' ').every((w) => k.name.includes(w)) && (wanted === undefined || wanted.includes(k.state)),
        );
        const query = { ...(words !== '' && { name: words }), ...(wanted && { states: wanted }), pageSize };
        expect(await found(query), JSON.stringify(query)).toEqual(expected.map((k) => k.taskId));
      }
});

test('an entry is in the slice of its time, and slices know what is in them', async () => {
  await aHistory();
  const Wrong = Type.Object({ slice: Type.Integer(), what: Type.String() });
  const wrong = await t.database.db.many(
    Wrong,
    sql`
      with bounds as (select *, lead(starts, 1, 'infinity') over (order by starts) as ends from queue.search_slices),
      counted as (
        select b.slice, count(*) filter (where s.created < b.starts or s.created >= b.ends) as strangers,
          count(s.task_id) filter (where s.resolved is null) as open, count(*) filter (where s.resolved = 'completed') as completed,
          count(*) filter (where s.resolved in ('failed', 'exception')) as failed,
          count(*) filter (where (s.resolved in ('failed', 'exception')) is true <> (s.terms @@ '''s:'':*'::tsquery)) as mislabelled
        from bounds b left join queue.search s on s.slice = b.slice group by b.slice)
      select b.slice, concat(c, b) as what from bounds b join counted c on c.slice = b.slice
      where c.strangers > 0 or c.mislabelled > 0 or b.open < c.open or b.completed < c.completed or b.failed < c.failed`,
  );
  expect(wrong).toEqual([]);
});

test('a task from the future does not keep a slice open until then', async () => {
  await named('ahead', { created: new Date(t.clock.now() + 14 * 60_000).toISOString() });
  for (let i = 0; i < 3 * size; i++) {
    await t.clock.advance(1_000);
    await named(`task ${i}`);
    await step();
  }
  const sizes = (await slices()).map((s) => s.size);
  expect(sizes.length).toBeGreaterThanOrEqual(3);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(size + 1);
  expect(await found({ name: 'ahead' })).toHaveLength(1);
});

test('a task that is created late belongs to the slice of its time', async () => {
  const created = new Date(t.clock.now()).toISOString();
  for (let i = 0; i < 2 * size; i++) {
    await t.clock.advance(1_000);
    await named(`task ${i}`);
    await step();
  }
  const late = await named('late', { created });
  await follow();
  expect((await found({})).at(-1)).toBe(late);
  expect(await found({ name: 'late' })).toEqual([late]);
});

test('while another process holds the place no slice is begun, and of two at once one begins it', async () => {
  for (let i = 0; i < size; i++) await named(`task ${i}`);
  await t.database.db.tx(async (tx) => {
    await tx.run(sql`select from queue.search_place for update`);
    // Another connection, as another process has.
    expect(await outsideTransaction(step)).toBe(0);
  });
  expect(await slices()).toHaveLength(1);
  await Promise.all([step(), step(), step()]);
  await follow();
  expect((await slices()).map((s) => s.size)).toEqual([size, 0]);
});

test('a search that has no more time says where it stopped, and goes on from there', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 4 * size; i++) {
    await t.clock.advance(1_000);
    ids.unshift(await named(i < size ? `needle ${i}` : `hay ${i}`));
    await step();
  }
  await follow();
  let looks = 0;
  // Each look at the clock takes 30 ms: after a walk and two slices the time is used up.
  const now = () => 30 * looks++;
  for (const wanted of [{ name: 'needle' }, { states: ['pending'], name: 'needle' }]) {
    const pages = await pagesOf({ ...wanted, now });
    expect(pages.length).toBeGreaterThan(1);
    expect(pages[0]).toEqual([]);
    expect(pages.flat()).toEqual(ids.slice(-size));
  }
  const all = await pagesOf({ now });
  expect(all.length).toBeGreaterThan(4);
  expect(all.flat()).toEqual(ids);
});

test('what is added or expires while a search walks neither repeats nor hides a task', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 2 * size; i++) {
    await t.clock.advance(1_000);
    ids.unshift(await named(`task ${i}`));
  }
  await follow();
  const { db } = t.database;
  const foundWhile = async (happens: () => Promise<unknown>) => {
    const many = (async (...statement: Parameters<typeof db.many>) => {
      const rows = await db.many(...statement);
      await happens();
      return rows;
    }) as typeof db.many;
    const seen = (await find({ ...searching({}), db: { ...db, many } })).tasks.map((task) => task.taskId);
    return seen.filter((taskId) => ids.includes(taskId));
  };
  const another = async () => {
    await t.clock.advance(1_000);
    await named('meanwhile');
    await step();
  };
  expect(await foundWhile(another)).toEqual(ids);
  const newer = (await found({})).slice(0, -ids.length);
  expect(await foundWhile(() => db.run(sql`delete from queue.search where task_id = ${newer.shift() ?? ''}`))).toEqual(ids);
});

test('an upgrade indexes anew what there was, from the newest to the oldest', async () => {
  const { owner, steps } = migrationsIn('queue', join(import.meta.dirname, '../migrations'));
  const old = await openTestDatabase(inject('postgres'), [{ owner, steps: steps.slice(0, 4) }]);
  onTestFinished(() => old.close());
  await old.db.run(sql`
    insert into queue.tasks (task_id, task_queue_id, scheduler_id, task_group_id, project_id, rank, requires, created, deadline, expires, retries,
      retries_left, state, runs, unsatisfied, routes, tags, definition)
    select 'task-' || n, 'a/b', 's', 'g', 'none', 1, 'all-completed', platform.now() - n * interval '1 hour', platform.now(), platform.now() + interval '1 year',
      5, 5, case when n % 3 = 0 then 'failed' else 'completed' end, '[]', 0, '{}', '{}',
      json_build_object('taskQueueId', 'a/b', 'metadata', json_build_object('name', 'old ' || n, 'owner', 'bob'), 'tags', '{}'::json)
    from generate_series(1, 1200) n`);
  await old.db.run(sql`
    insert into queue.search (created, task_id, task_group_id, resolved, terms)
    select created, task_id, task_group_id, state, queue.search_terms(definition) from queue.tasks`);
  await old.db.run(sql`update queue.search_place set filled = true`);
  await migrate(old.db, [{ owner, steps }]);
  const upgraded = { ...t.queue, db: old.db };
  const loop = indexTasksBy({ size: 200 });
  const search = async (wanted: Wanted) => (await find({ ...searching(wanted), db: old.db })).tasks.map((task) => task.taskId);
  expect(await loop.step(upgraded, loop.batch)).toBe(500);
  expect(await search({ name: 'old 1200' })).toEqual([]);
  expect(await search({ name: 'old 3', states: ['failed'] })).toEqual(['task-3']);
  while ((await loop.step(upgraded, loop.batch)) > 0);
  expect(await search({ name: 'old 1200' })).toEqual(['task-1200']);
  expect(await search({ name: 'old 1199', states: ['failed', 'exception'] })).toEqual([]);
  const Count = Type.Object({ slices: Type.Integer(), entries: Type.Integer() });
  const [count] = await old.db.many(
    Count,
    sql`select count(*) as slices, (select count(*) from queue.search) as entries from queue.search_slices`,
  );
  expect(count).toEqual({ slices: 4, entries: 1200 });
});

test('slices whose tasks have all expired are forgotten', async () => {
  const at = (ms: number) => new Date(t.clock.now() + ms).toISOString();
  for (let i = 0; i < 2 * size; i++) {
    await t.clock.advance(1_000);
    await named(`short ${i}`, { deadline: at(3_600_000), expires: at(3_600_000) });
    await step();
  }
  const kept = await named('kept');
  await follow();
  const before = await slices();
  await t.clock.advance('2h');
  while ((await expireTasks.step(t.queue, 100)) > 0);
  await follow();
  const after = await slices();
  expect(after.length).toBe(before.length - 2);
  expect(after[0]?.starts).toBe('-infinity');
  expect(await found({})).toEqual([kept]);
  const next = await named('next');
  await follow();
  expect(await found({ name: 'next' })).toEqual([next]);
});

/** Four slices, of which the first and half of the second have expired. Nobody has looked for empty ones since. */
const aHistoryThatExpires = async () => {
  const at = new Date(t.clock.now() + 3_600_000).toISOString();
  const kept: string[] = [];
  for (let i = 0; i < 3 * size; i++) {
    await t.clock.advance(1_000);
    if (i < 1.5 * size) await named(`short ${i}`, { deadline: at, expires: at });
    else kept.unshift(await named(`kept ${i}`));
    await step();
  }
  await t.clock.advance('2h');
  while ((await expireTasks.step(t.queue, 100)) > 0);
  return kept;
};

test('when all is indexed again while the oldest slice is empty, each slice stays where it is', async () => {
  const kept = await aHistoryThatExpires();
  const before = await slices();
  await t.database.db.run(sql`update queue.search_place set filled = false, filled_created = 'infinity', filled_task_id = ''`);
  await step();
  expect((await slices()).map((s) => s.starts)).toEqual(before.map((s) => s.starts));
  expect(await found({ name: 'kept' })).toEqual(kept);
});

test('slices are forgotten also when no step is without a message', async () => {
  const kept = await aHistoryThatExpires();
  const before = await slices();
  kept.unshift(await named('kept too'));
  expect(await step()).toBeGreaterThan(0);
  expect((await slices()).length).toBe(before.length - 1);
  expect(await found({ name: 'kept' })).toEqual(kept);
});

test('a common word is read from the newest slice alone, and a word that there is not from none', async () => {
  const rows = 1_000;
  await t.database.db.run(sql`
    insert into queue.search_slices (starts, open) select platform.now() + n * interval '1 hour', ${rows} from generate_series(1, 20) n`);
  await t.database.db.run(sql`
    insert into queue.search (created, slice, task_id, task_group_id, terms)
    select s.starts + n * interval '1 ms', s.slice, n::text, 'g', array_to_tsvector(array['w:hay'])
    from queue.search_slices s, generate_series(1, ${rows}::int) n where s.starts > '-infinity'`);
  await t.database.db.run(sql`analyze queue.search`);
  const Fetched = Type.Object({ fetched: Type.Integer() });
  const fetchedFor = (name: string) =>
    t.database.db.tx(async (tx) => {
      const fetched = async () =>
        (
          await tx.maybe(
            Fetched,
            sql`
              select (idx_tup_fetch + seq_tup_read)::int as fetched from pg_stat_xact_user_tables
              where schemaname = 'queue' and relname = 'search'`,
          )
        )?.fetched ?? 0;
      const before = await fetched();
      const hits = await hitsInSlices(tx, searching({ name }).search, { pieces: piecesOf(termsOf({ name })), starts: null, limit: 50 });
      return { hits: hits.length, fetched: (await fetched()) - before };
    });
  expect(await fetchedFor('hay')).toEqual({ hits: 50, fetched: rows });
  expect(await fetchedFor('needle')).toEqual({ hits: 0, fetched: 0 });
});
