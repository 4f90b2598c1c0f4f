import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { connect, migrate, type Migrations, migrationsIn, script, sql } from './index.ts';

const Applied = Type.Object({ number: Type.Integer(), name: Type.String() });

let t: TestDatabase;
let folder: string;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
});
afterAll(() => t.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  await t.db.run(script(`drop schema if exists shop cascade; delete from platform.migrations where owner = 'shop'`));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (files: Readonly<Record<string, string>>): Promise<Migrations> => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return migrationsIn('shop', folder);
};
const applied = () => t.db.many(Applied, sql`select number, name from platform.migrations where owner = 'shop' order by number`);
const first = { '0001-schema.sql': 'create schema shop;' };
const second = { '0002-things.sql': 'create table shop.things (id int); insert into shop.things values (1);' };

test('steps are applied in order, each once', async () => {
  expect(await migrate(t.db, [await write({ ...second, ...first })])).toBe(2);
  expect(await applied()).toEqual([
    { number: 1, name: 'schema' },
    { number: 2, name: 'things' },
  ]);
  expect(await migrate(t.db, [await write({})])).toBe(0);
  expect(await migrate(t.db, [await write({ '0003-more.sql': 'insert into shop.things values (2)' })])).toBe(1);
  expect(await t.db.run(sql`select from shop.things`)).toBe(2);
});

test('a step that was changed after it was applied is refused by its name', async () => {
  await migrate(t.db, [await write(first)]);
  const changed = await write({ '0001-schema.sql': 'create schema shop; -- better' });
  await expect(migrate(t.db, [changed])).rejects.toThrow(/shop\/1-schema is not the one/);
});

test('a step that fails leaves nothing of itself, and keeps those before it', async () => {
  const steps = await write({ ...first, '0002-bad.sql': 'create table shop.half (id int); select 1 / 0;' });
  await expect(migrate(t.db, [steps])).rejects.toMatchObject({ code: '22012' });
  expect(await applied()).toEqual([{ number: 1, name: 'schema' }]);
  await expect(t.db.run(sql`select from shop.half`)).rejects.toMatchObject({ code: '42P01' });
  await rm(join(folder, '0002-bad.sql'));
  expect(await migrate(t.db, [await write(second)])).toBe(1);
});

test('a gap in the numbers, a number twice and a name of another form are refused', async () => {
  await expect(write({ ...first, '0003-late.sql': '' })).rejects.toThrow(/0003-late\.sql: the number 2 was expected/);
  await rm(join(folder, '0003-late.sql'));
  await expect(write({ '0001-again.sql': '' })).rejects.toThrow('the number 2 was expected');
  await rm(join(folder, '0001-again.sql'));
  await mkdir(join(folder, 'drafts'));
  await expect(write({})).rejects.toThrow('is not named NNNN-name.sql');
});

test('a database knows more than an older release: that is fine', async () => {
  await migrate(t.db, [await write({ ...first, ...second })]);
  await rm(join(folder, '0002-things.sql'));
  expect(await migrate(t.db, [await write({})])).toBe(0);
});

test('processes that start at the same time apply each step once, and all wait until it is done', async () => {
  const steps = await write({ ...first, ...second, '0003-more.sql': 'insert into shop.things values (2)' });
  const others = [1, 2, 3].map(() => connect({ connectionString: t.connectionString, log: silentLog }));
  const counts = await Promise.all([t.db, ...others].map((db) => migrate(db, [steps])));
  expect(counts.reduce((sum, n) => sum + n)).toBe(3);
  expect(await t.db.run(sql`select from shop.things`)).toBe(2);
  await Promise.all(others.map((db) => db.close()));
});

test('a migration may take longer than a request may', async () => {
  const hasty = connect({ connectionString: t.connectionString, log: silentLog, statementTimeoutMs: 1_000 });
  const steps = await write({ '0001-slow.sql': `do $$ begin assert current_setting('statement_timeout') = '0'; end $$` });
  expect(await migrate(hasty, [steps])).toBe(1);
  await expect(hasty.run(sql`do $$ begin assert current_setting('statement_timeout') = '0'; end $$`)).rejects.toThrow('assertion failed');
  await hasty.close();
});

test('the clock of the platform has milliseconds', async () => {
  const Time = Type.Object({ exact: Type.Boolean() });
  const row = await t.db.maybe(Time, sql`select platform.now() = date_trunc('milliseconds', now()) as exact`);
  expect(row).toEqual({ exact: true });
});
