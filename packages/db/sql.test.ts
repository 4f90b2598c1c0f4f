import { expect, test } from 'vitest';
import { listed, script, sql } from './sql.ts';

test('values become parameters, and nothing of them gets into the text', () => {
  const evil = "'; drop table tasks; --";
  const { text, values } = sql`select ${evil}, ${7} from t where a = ${null}`;
  expect(text).toBe('select $1, $2 from t where a = $3');
  expect(values).toEqual([evil, 7, null]);
});

test('a statement without values has none', () => {
  expect(sql`select 1`).toMatchObject({ text: 'select 1', values: [] });
});

test('a fragment is inlined and its parameters are numbered on', () => {
  const mine = sql`owner = ${'me'} and state = ${'open'}`;
  const { text, values } = sql`select * from t where id > ${5} and ${mine} limit ${10}`;
  expect(text).toBe('select * from t where id > $1 and owner = $2 and state = $3 limit $4');
  expect(values).toEqual([5, 'me', 'open', 10]);
});

test('fragments can be nested, repeated and stand next to each other', () => {
  const one = sql`a = ${1}`;
  const both = sql`(${one} or ${one})`;
  const { text, values } = sql`${both}${sql` and b = ${2}`}`;
  expect(text).toBe('(a = $1 or a = $2) and b = $3');
  expect(values).toEqual([1, 1, 2]);
});

test('fragments are listed with commas, and their parameters are numbered on', () => {
  const { text, values } = sql`with ${listed([sql`a as (select ${1})`, sql`b as (select ${2}, ${3})`, sql`c as (select 4)`])} select ${5}`;
  expect(text).toBe('with a as (select $1), b as (select $2, $3), c as (select 4) select $4');
  expect(values).toEqual([1, 2, 3, 5]);
});

test('more than nine parameters keep their numbers apart', () => {
  const ten = sql`${0},${1},${2},${3},${4},${5},${6},${7},${8},${9}`;
  expect(sql`f(${'first'}, ${ten})`.text).toBe('f($1, $2,$3,$4,$5,$6,$7,$8,$9,$10,$11)');
});

test('the name of a statement depends on its text alone, so that it is prepared once', () => {
  const byId = (id: number) => sql`select * from t where id = ${id}`;
  const nested = (id: number) => sql`select * from t where ${sql`id = ${id}`}`;
  expect(byId(1).name).toBe(byId(2).name);
  expect(nested(3).name).toBe(byId(1).name);
  expect(sql`select * from u where id = ${1}`.name).not.toBe(byId(1).name);
  // PostgreSQL cuts names after 63 bytes.
  expect(byId(1).name).toMatch(/^q_[\w-]{16}$/);
});

test('what only looks like a fragment is a value', () => {
  const { text, values } = sql`select ${{ text: 'now()', values: [], name: '' }}`;
  expect(text).toBe('select $1');
  expect(values).toEqual([{ text: 'now()', values: [], name: '' }]);
});

test('a script is sent as it is and never prepared', () => {
  expect(script('create table "$1" (); select 1')).toMatchObject({ text: 'create table "$1" (); select 1', values: [], name: '' });
});
