import { expect, test } from 'vitest';
import { instantOf, isRank, namespaceExpiry } from './entry.ts';

test('ranks are whole numbers of 32 bits', () => {
  for (const rank of [0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]) expect(isRank(rank), String(rank)).toBe(true);
  for (const rank of [0.5, 2 ** 31, -(2 ** 31) - 1, 1e300, Number.NaN, Infinity, '1', null, undefined, []])
    expect(isRank(rank), String(rank)).toBe(false);
});

test('times are in the years 1 to 9999, and leap seconds are not times', () => {
  expect(instantOf('2030-01-01T01:00:00+01:00')).toBe('2030-01-01T00:00:00.000Z');
  expect(instantOf('9999-12-31T23:59:59.999Z')).toBe('9999-12-31T23:59:59.999Z');
  for (const text of ['', 'tomorrow', '2016-12-31T23:59:60Z', '0000-12-31T00:00:00Z', '9999-12-31T23:59:59-01:00'])
    expect(instantOf(text), text).toBeUndefined();
});

test('namespaces expire at the midnight after their tasks, and never after the last day of the calendar', () => {
  expect(namespaceExpiry('2030-01-01T12:34:56.789Z')).toBe('2030-01-02T00:00:00.000Z');
  expect(namespaceExpiry('2030-01-01T00:00:00.000Z')).toBe('2030-01-02T00:00:00.000Z');
  expect(namespaceExpiry('9999-12-31T23:59:59.999Z')).toBe('9999-12-31T23:59:59.999Z');
});
