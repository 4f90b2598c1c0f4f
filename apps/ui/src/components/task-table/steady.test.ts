import { expect, test } from 'vitest';
import { row } from '../../data/fixture.ts';
import { steadyRows } from './steady.ts';

const rows = (text: string) => text.split('').map((taskId) => row({ taskId }));
const ids = (list: readonly { readonly taskId: string }[]) => list.map((one) => one.taskId).join('');

test('rows that are drawn keep their places, and what belongs above or between them is held back', () => {
  const steady = steadyRows(rows('abc'), rows('xcayb'), rows('abcxy'));
  expect(ids(steady.rows)).toBe('abc');
  expect(steady.held).toBe(2);
});

test('rows that belong below are added at once', () => {
  expect(steadyRows(rows('ab'), rows('abcd'), rows('abcd'))).toMatchObject({
    held: 0,
    rows: [{ taskId: 'a' }, { taskId: 'b' }, { taskId: 'c' }, { taskId: 'd' }],
  });
});

test('a row that no longer fits the filter stays until the reader looks away, with its new state', () => {
  const all = [row({ taskId: 'a', state: 'completed' }), row({ taskId: 'b', state: 'running' })];
  const steady = steadyRows(rows('ab'), [all[1]!], all);
  expect(steady.rows.map((one) => one.status.state)).toEqual(['completed', 'running']);
});
