import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { checkRow } from './rows.ts';
import { sql } from './sql.ts';

const Row = Type.Object({ id: Type.Integer(), name: Type.Union([Type.String(), Type.Null()]) });

test('a row that fits its schema passes', () => {
  checkRow(Row, { id: 1, name: null }, sql`select 1`);
});

test('a row that does not fit is an error that shows the row, the problem and the statement', () => {
  const check = () => checkRow(Row, { id: 'one', name: 'x' }, sql`select id, name from t where a = ${'value'}`);
  expect(check).toThrow(/\/id .*"id":"one".*select id, name from t where a = \$1/);
});

test('a column that is missing is found', () => {
  expect(() => checkRow(Row, { id: 1 }, sql`select id from t`)).toThrow('name');
});
