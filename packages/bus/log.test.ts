import { sql } from '@taskcluster/db';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import fc from 'fast-check';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { announce, append, begin, exchange, type OpenTransaction } from './fixture.ts';
import { currentCursor, isCursor, readAfter } from './log.ts';

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
});
afterAll(() => t.close());

/** Someone who reads on from where they are. */
const reader = async () => {
  let cursor = await currentCursor(t.db);
  const seen: string[] = [];
  const readPage = async (limit: number) => {
    expect(isCursor(cursor)).toBe(true);
    const page = await readAfter(t.db, cursor, limit);
    cursor = page.cursor;
    seen.push(...page.messages.map((m) => m.routingKey));
    return page;
  };
  const readAll = async (limit = 100) => {
    while ((await readPage(limit)).more);
    return seen;
  };
  return { seen, readPage, readAll };
};

test('who begins now gets what is committed from now on, whole', async () => {
  await announce(t.db, 'before');
  const { readPage } = await reader();
  await announce(t.db, 'after');
  const { messages } = await readPage(10);
  expect(messages).toEqual([
    {
      id: expect.any(Number),
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      exchange,
      routingKey: 'after',
      cc: ['route.after'],
      payload: { routingKey: 'after' },
    },
  ]);
});

test('a transaction that was open when somebody began to read, and commits later, is read', async () => {
  const early = await begin(t.db);
  await early.append('early');
  const { readAll, seen } = await reader();
  await announce(t.db, 'late');
  await readAll();
  expect(seen).toEqual(['late']);
  await early.commit();
  expect(await readAll()).toEqual(['late', 'early']);
});

const permutations = (items: readonly number[]): number[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((first) => permutations(items.filter((i) => i !== first)).map((rest) => [first, ...rest]));

test('however four overlapping transactions commit, each message is read once, as soon as it is committed', async () => {
  for (const order of permutations([0, 1, 2, 3])) {
    const { readAll, seen } = await reader();
    const open: OpenTransaction[] = [];
    for (const n of [0, 1, 2, 3]) {
      const tx = await begin(t.db);
      await tx.append(`${n}.first`);
      open.push(tx);
    }
    for (const [n, tx] of open.entries()) await tx.append(`${n}.second`);
    const expected: string[] = [];
    for (const n of order) {
      await open[n]?.commit();
      expected.push(`${n}.first`, `${n}.second`);
      await readAll();
      expect(seen).toEqual(expected);
    }
  }
});

test('no message is skipped or doubled, whatever overlaps, is undone or is read in small parts', async () => {
  const slots = 5;
  const slot = fc.nat({ max: slots - 1 });
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ does: fc.constant('append' as const), slot, count: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('commit' as const), slot }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('rollback' as const), slot }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 5 }) }) },
  );
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const { readPage, readAll, seen } = await reader();
      const open = new Map<number, { readonly tx: OpenTransaction; readonly keys: string[] }>();
      const committed: string[] = [];
      const end = async (index: number, how: 'commit' | 'rollback') => {
        const found = open.get(index);
        open.delete(index);
        await found?.tx[how]();
        if (how === 'commit') committed.push(...(found?.keys ?? []));
      };
      for (const s of steps) {
        if (s.does === 'read') await readPage(s.limit);
        else if (s.does === 'append') {
          const found = open.get(s.slot) ?? { tx: await begin(t.db), keys: [] };
          open.set(s.slot, found);
          const keys = Array.from({ length: s.count }, () => `m${n++}`);
          found.keys.push(...keys);
          await found.tx.append(...keys);
        } else await end(s.slot, s.does);
      }
      const left = [...open.keys()];
      await readAll(2);
      for (const index of left) await end(index, 'commit');
      await readAll(3);
      expect(seen.toSorted()).toEqual(committed.toSorted());
    }),
    { numRuns: 60 },
  );
});

test('changes of one row are read in the order in which they were made, by many writers, while they write', async () => {
  const rows = [1, 2, 3];
  const Version = Type.Object({ version: Type.Integer() });
  await t.db.run(sql`create table counters (id int primary key, version int not null)`);
  await t.db.run(sql`insert into counters select unnest(${rows}::int[]), 0`);
  const change = (id: number) =>
    t.db.tx(async (tx) => {
      const row = await tx.maybe(Version, sql`update counters set version = version + 1 where id = ${id} returning version`);
      await append(tx, `${id}.${row?.version}`);
    });
  const { readPage, readAll, seen } = await reader();
  let writing = true;
  const reads = (async () => {
    while (writing) await readPage(7);
  })();
  await Promise.all(
    Array.from({ length: 6 }, async (_, writer) => {
      for (let i = 0; i < 50; i++) await change(rows[(i + writer) % rows.length] ?? 1);
    }),
  );
  writing = false;
  await reads;
  await readAll();
  for (const id of rows) {
    const versions = seen.filter((key) => key.startsWith(`${id}.`)).map((key) => Number(key.split('.')[1]));
    expect(versions).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  }
});

test('a page that is larger than what fits is read in parts, and what is committed meanwhile comes after it', async () => {
  const { readPage, seen } = await reader();
  const keys = Array.from({ length: 25 }, (_, i) => `k${i}`);
  await announce(t.db, ...keys);
  const first = await readPage(10);
  expect(first).toMatchObject({ more: true, cursor: expect.stringMatching(/^[\d:,]+\/[\d:,]+\/\d+$/) });
  await announce(t.db, 'meanwhile');
  expect((await readPage(10)).more).toBe(true);
  expect(seen).toEqual(keys.slice(0, 20));
  expect(await readPage(10)).toMatchObject({ more: true, cursor: expect.stringMatching(/^[\d:,]+$/) });
  expect(seen).toEqual(keys);
  expect(await readPage(10)).toMatchObject({ more: false });
  expect(seen).toEqual([...keys, 'meanwhile']);
});

test('a page that is exactly full loses nothing', async () => {
  const { readAll } = await reader();
  await announce(t.db, 'a', 'b', 'c');
  expect(await readAll(3)).toEqual(['a', 'b', 'c']);
});

test('the messages of one transaction keep their order', async () => {
  const { readAll } = await reader();
  const keys = Array.from({ length: 300 }, (_, i) => `n${(i * 7919) % 300}`);
  await announce(t.db, ...keys);
  expect(await readAll(7)).toEqual(keys);
});

test('payloads of any JSON come back as they were', async () => {
  const { readPage } = await reader();
  const odd = { text: 'a\u2028"\\ü𝄞', list: [1, null, { deep: true }], empty: {}, big: 2 ** 40, __proto__x: 1 };
  await t.db.tx((tx) =>
    tx.run(sql`insert into platform.messages (exchange, routing_key, payload) values ('e', 'k', ${JSON.stringify(odd)})`),
  );
  expect((await readPage(1)).messages[0]?.payload).toEqual(odd);
});

test.each(['10:20:', '10:10:', '10:20:10,15', '10:20:12,12', '10:20:/20:30:/7', '18446744073709551615:18446744073709551615:'])(
  '%s is a place, and PostgreSQL thinks so too',
  async (cursor) => {
    expect(isCursor(cursor)).toBe(true);
    await readAfter(t.db, cursor, 1);
  },
);

test.each([
  ['', 'nothing'],
  ['x', 'letters'],
  ['20:10:', 'an end before the beginning'],
  ['0:10:', 'transaction zero'],
  ['10:20:9', 'a running transaction before the beginning'],
  ['10:20:20', 'a running transaction after the end'],
  ['10:20:15,12', 'running transactions out of order'],
  ['18446744073709551616:18446744073709551616:', 'a number that is too large'],
  ['10:20:/20:30:', 'a place inside a page without an id'],
  ['10:20:/20:30:/9999999999999999999', 'an id that is too large'],
  ['10:20:/20:30:/1/2', 'something more'],
  ['10:20:\n', 'a line break'],
])('%j is no place: %s', (cursor) => {
  expect(isCursor(cursor)).toBe(false);
});
