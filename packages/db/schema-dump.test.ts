import { openTestDatabase } from '@taskcluster/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Database, script } from './index.ts';
import { dumpSchema } from './schema-dump.ts';

const sample = `
  set check_function_bodies = off;
  create schema sample;
  create function sample.number_of_things() returns bigint language sql stable as $$ select count(*) from sample.things $$;
  create table sample.things (
    id bigint generated always as identity primary key,
    name text collate "C" not null unique,
    tags text[] not null default '{}',
    made timestamptz not null default platform.now(),
    size int not null check (size >= 0),
    doubled int generated always as (size * 2) stored
  ) with (fillfactor = 80);
  create index things_large on sample.things (size desc) include (name) where size > 100;
  create unlogged table sample.passing (id integer primary key);
  create table sample.parts (thing bigint references sample.things on delete cascade, note json);
  create view sample.large_things as select name from sample.things where size > 100;
  create function sample.refuse() returns trigger language plpgsql as $$ begin return null; end $$;
  create trigger no_delete before delete on sample.things for each row execute function sample.refuse();`;

let db: Database;
let fresh: Database;
let close: () => Promise<unknown>;

beforeAll(async () => {
  const [migrated, empty] = await Promise.all([openTestDatabase(inject('postgres')), openTestDatabase(inject('postgres'))]);
  ({ db } = migrated);
  fresh = empty.db;
  await fresh.run(script('drop schema platform cascade'));
  close = () => Promise.all([migrated.close(), empty.close()]);
});
afterAll(() => close());

test('a database that is made from the dump has the same dump', async () => {
  await db.run(script(sample));
  const text = await dumpSchema(db);
  await fresh.run(script(text));
  expect(await dumpSchema(fresh)).toBe(text);
});

test('the dump tells columns, defaults, collations, constraints, indexes, functions and triggers', async () => {
  const text = await dumpSchema(db);
  for (const part of [
    'id bigint generated always as identity not null',
    'name text collate "C" not null',
    'made timestamp with time zone default platform.now() not null',
    'doubled integer generated always as ((size * 2)) stored',
    'constraint things_pkey PRIMARY KEY (id)',
    'CHECK ((size >= 0))',
    'with (fillfactor=80)',
    'INCLUDE (name) WHERE (size > 100)',
    'ON DELETE CASCADE',
    'CREATE OR REPLACE FUNCTION sample.refuse()',
    'CREATE TRIGGER no_delete',
    'create view sample.large_things',
  ]) {
    expect(text).toContain(part);
  }
});

test('what the dump cannot describe is an error, not a gap', async () => {
  await db.run(script(`create type sample.colour as enum ('red')`));
  await expect(dumpSchema(db)).rejects.toThrow('cannot describe sample.colour');
});
