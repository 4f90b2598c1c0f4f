import { outsideTransaction, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aNamespace, openTestIndex, slugid, type TestIndex } from './fixture.ts';
import { insertEntries } from './insert.ts';

let t: TestIndex;
beforeAll(async () => void (t = await openTestIndex()));
afterAll(() => t.close());

const times = <T>(count: number, work: (i: number) => Promise<T>) => Promise.all(Array.from({ length: count }, (_, i) => work(i)));
const Count = Type.Object({ count: Type.Integer() });

test('of many insertions of one path at once the highest rank remains, and each answer is that rank or a higher one', async () => {
  const path = `${aNamespace()}.x.y`;
  const ids = Array.from({ length: 40 }, slugid);
  const answers = await times(40, (i) => t.insert(path, { taskId: ids[i] ?? '', rank: (i * 7) % 40 }));
  for (const [i, answer] of answers.entries()) expect(answer.rank).toBeGreaterThanOrEqual((i * 7) % 40);
  const entry = await t.client.findTask({ indexPath: path });
  expect(entry).toMatchObject({ rank: 39, taskId: ids[Array.from({ length: 40 }, (_, i) => (i * 7) % 40).indexOf(39)] });
});

test('insertions of equal rank at once leave one of them, whole', async () => {
  const path = `${aNamespace()}.x`;
  const ids = Array.from({ length: 30 }, slugid);
  await times(30, (i) => t.insert(path, { taskId: ids[i] ?? '', data: { i } }));
  const { taskId, data } = await t.client.findTask({ indexPath: path });
  expect(ids[data['i'] as number]).toBe(taskId);
});

const waiting = async (count: number) => {
  const { db } = t.platform;
  const blocked = sql`select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await vi.waitFor(async () => expect((await db.maybe(Count, blocked))?.count).toBe(count), { timeout: 20_000, interval: 10 });
};

/** Inserts in several transactions: while the first one is open the others come, one by one, to where they have to wait. Counts attempts. */
const oneAfterAnother = async (first: Insertion, ...others: readonly Insertion[]): Promise<number> => {
  let attempts = 0;
  const insert = ({ paths, hours = 24 }: Insertion, then?: () => Promise<void>) =>
    t.platform.db.tx(async (tx) => {
      attempts++;
      await insertEntries(tx, paths, { taskId: slugid(), rank: 0, data: {}, expires: t.inHours(hours) });
      await then?.();
    });
  const running: Promise<void>[] = [];
  await insert(first, async () => {
    for (const other of others) {
      running.push(outsideTransaction(() => insert(other)));
      await outsideTransaction(() => waiting(running.length));
    }
  });
  await Promise.all(running);
  return attempts;
};
interface Insertion {
  readonly paths: readonly string[];
  readonly hours?: number;
}

test('insertions of the same paths in different orders wait for each other, and never in a circle', async () => {
  const n = aNamespace();
  await t.insert(`${n}.long`, { expires: t.inHours(1000) });
  const paths = [`${n}.a`, `${n}.m`, `${n}.z`];
  expect(await oneAfterAnother({ paths: [`${n}.m`] }, { paths }, { paths: paths.toReversed() })).toBe(3);
});

test('chains of namespaces that share some are made at once without a deadlock', async () => {
  const n = aNamespace();
  await t.insert(`${n}.long`, { expires: t.inHours(1000) });
  // Their tasks are written in the order q-, q-m, q.z and q, q-: namespaces made in the order of their tasks would be a circle.
  const [one, other] = [
    [`${n}.q-.1`, `${n}.q-m.1`, `${n}.q.z.1`],
    [`${n}.q.2`, `${n}.q-.2`],
  ];
  expect(await oneAfterAnother({ paths: [`${n}.q-m.0`] }, { paths: one }, { paths: other })).toBe(3);
  expect((await t.client.listNamespaces({ namespace: n })).namespaces.map((x) => x.name)).toEqual(['q', 'q-', 'q-m']);
});

test('a namespace that two extend at once lasts as long as the longer one wants', async () => {
  const n = aNamespace();
  await t.insert(`${n}.a`);
  await oneAfterAnother({ paths: [`${n}.b`], hours: 1000 }, { paths: [`${n}.c`], hours: 500 });
  const top = (await t.client.listNamespaces({ namespace: '' })).namespaces.find((x) => x.name === n);
  expect(Date.parse(top?.expires ?? '')).toBeGreaterThan(Date.parse(t.inHours(999)));
});

test('an entry and its namespaces appear together or not at all', async () => {
  const n = aNamespace();
  const entry = { taskId: slugid(), rank: 0, data: {}, expires: t.inHours(1) };
  const broken = t.platform.db.tx(async (tx) => {
    await insertEntries(tx, [`${n}.a.b`], entry);
    throw new Error('something else went wrong');
  });
  await expect(broken).rejects.toThrow('something else');
  expect(await t.client.listNamespaces({ namespace: n })).toEqual({ namespaces: [] });
  expect((await t.client.findTasksAtIndex({}, { indexes: [`${n}.a.b`] })).tasks).toEqual([]);
});

test('an insertion that loses to a higher rank makes and extends no namespaces', async () => {
  const n = aNamespace();
  await t.insert(`${n}.a`, { rank: 2 });
  const before = (await t.client.listNamespaces({ namespace: '' })).namespaces.find((x) => x.name === n);
  await t.insert(`${n}.a`, { rank: 1, expires: t.inHours(1000) });
  expect((await t.client.listNamespaces({ namespace: '' })).namespaces).toContainEqual(before);
});

test('insertions do not wait for each other at namespaces that last long enough', async () => {
  const n = aNamespace();
  await t.insert(`${n}.a`);
  const entry = { taskId: slugid(), rank: 0, data: {}, expires: t.inHours(1) };
  await t.platform.db.tx(async (tx) => {
    await insertEntries(tx, [`${n}.b`], entry);
    // The transaction around this has not ended: were the namespace locked, this would wait for it for ever.
    await t.insert(`${n}.c`, { expires: t.inHours(2) });
  });
  expect((await t.client.listTasks({ namespace: n })).tasks).toHaveLength(3);
});
