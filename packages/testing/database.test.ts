import { connect, sql } from '@taskcluster/db';
import { silentLog } from '@taskcluster/log';
import { Type } from 'typebox';
import { expect, inject, test } from 'vitest';
import { openTestDatabase } from './index.ts';

const Time = Type.Object({ ms: Type.Number() });
const Name = Type.Object({ name: Type.String() });
const clockOf = sql`select extract(epoch from platform.now())::float8 * 1000 as ms`;
const step = (text: string) => ({ owner: 'shop', steps: [{ number: 1, name: 'schema', text }] });

test('each database is empty but for its migrations, and gone when it is closed', async () => {
  const [one, two] = await Promise.all([
    openTestDatabase(inject('postgres'), [step('create schema shop')]),
    openTestDatabase(inject('postgres')),
  ]);
  expect(await one.db.run(sql`create table shop.things (id int)`)).toBe(0);
  await expect(two.db.run(sql`select from shop.things`)).rejects.toMatchObject({ code: '42P01' });
  await one.close();
  await expect(connect({ connectionString: one.connectionString, log: silentLog }).run(sql`select 1`)).rejects.toMatchObject({
    code: '3D000',
  });
  await two.close();
});

test('moving the clock moves the time of the code and of the database, for all their connections', async () => {
  const { db, clock, connectionString, close } = await openTestDatabase(inject('postgres'));
  const other = connect({ connectionString, log: silentLog });
  const before = clock.now();
  const inDatabase = (await other.maybe(Time, clockOf))?.ms ?? 0;
  await clock.advance('20m');
  await clock.advance(1_500);
  await clock.advance('2d');
  const moved = 1_200_000 + 1_500 + 172_800_000;
  expect(clock.now() - before).toBeGreaterThanOrEqual(moved);
  for (const connection of [db, other])
    expect(((await connection.maybe(Time, clockOf))?.ms ?? 0) - inDatabase).toBeGreaterThanOrEqual(moved);
  await expect(clock.advance('soon')).rejects.toThrow('is not a duration');
  await other.close();
  await close();
});

test('a database whose migrations fail leaves nothing behind', async () => {
  const { db, close } = await openTestDatabase(inject('postgres'));
  const failing = step(`do $$ begin raise 'in %', current_database(); end $$`);
  const made = await openTestDatabase(inject('postgres'), [failing]).catch((err: Error) => /^in (\S+)/.exec(err.message)?.[1]);
  expect(made).toMatch(/^test_/);
  expect(await db.many(Name, sql`select datname as name from pg_database where datname = ${made}`)).toEqual([]);
  await close();
});
