import { outsideTransaction, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aNamespace, openTestIndex, refusedWith, type TestIndex } from '../fixture.ts';
import type { IndexService } from '../service.ts';
import { expireNamespaces, expireTasks } from './expiry.ts';

let t: TestIndex;
beforeAll(async () => void (t = await openTestIndex()));
afterAll(() => t.close());

const Count = Type.Object({ count: Type.Integer() });
const stored = async () => {
  const { db } = t.platform;
  const tasks = await db.maybe(Count, sql`select count(*)::int as count from index.tasks`);
  const namespaces = await db.maybe(Count, sql`select count(*)::int as count from index.namespaces`);
  return [tasks?.count, namespaces?.count];
};
const service = () => ({ db: t.platform.db }) as IndexService;

test('expired tasks and namespaces are deleted in small steps, by as many as there are, and others stay', async () => {
  const n = aNamespace();
  for (const name of ['a', 'b', 'c']) await t.insert(`${n}.${name}.x`, { expires: t.inHours(1) });
  await t.insert(`${n}.long.x`, { expires: t.inHours(24 * 10) });
  expect(await stored()).toEqual([4, 5]);
  expect([await expireTasks.step(service(), 100), await expireNamespaces.step(service(), 100)]).toEqual([0, 0]);
  await t.platform.clock.advance('2h');
  await expect(t.client.findTask({ indexPath: `${n}.a.x` })).rejects.toEqual(refusedWith('ResourceNotFound'));
  expect((await t.client.listTasks({ namespace: `${n}.a` })).tasks).toEqual([]);
  expect(await expireTasks.step(service(), 2)).toBe(2);
  expect(await expireTasks.step(service(), 2)).toBe(1);
  await t.platform.clock.advance('2d');
  expect((await t.client.listNamespaces({ namespace: n })).namespaces.map((x) => x.name)).toEqual(['long']);
  const steps = await Promise.all([expireNamespaces.step(service(), 100), expireNamespaces.step(service(), 100)]);
  expect(steps[0] + steps[1]).toBe(3);
  expect(await stored()).toEqual([1, 2]);
  expect(await t.client.findTask({ indexPath: `${n}.long.x` })).toMatchObject({ rank: 0 });
});

test('an entry keeps lower ranks away until it is deleted, and not longer', async () => {
  const path = `${aNamespace()}.a`;
  await t.insert(path, { rank: 5, expires: t.inHours(-1) });
  expect(await t.insert(path, { rank: 4 })).toMatchObject({ rank: 5 });
  await expireTasks.step(service(), 100);
  expect(await t.insert(path, { rank: 4 })).toMatchObject({ rank: 4 });
});

test('a namespace that is extended while it expires stays', async () => {
  const n = aNamespace();
  await t.insert(`${n}.a`, { expires: t.inHours(-48) });
  await t.platform.db.tx(async (tx) => {
    await tx.run(sql`update index.namespaces set expires = platform.now() + interval '1 day' where name = ${n}`);
    expect(await outsideTransaction(() => expireNamespaces.step(service(), 100))).toBe(0);
  });
  expect(await expireNamespaces.step(service(), 100)).toBe(0);
  expect((await t.client.listNamespaces({ namespace: '' })).namespaces.map((x) => x.name)).toContain(n);
});
