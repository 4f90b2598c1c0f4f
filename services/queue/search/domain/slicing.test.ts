import { expect, test } from 'vitest';
import { below, mayHold, nextCount, runOf, type Slice } from './slicing.ts';

const slice = (changes: Partial<Slice>): Slice => ({ starts: null, ends: null, open: 0, completed: 0, failed: 0, ...changes });
const day = (n: number) => `2026-11-0${n}T00:00:00.000Z`;
const days = [slice({ starts: day(3) }), slice({ starts: day(2), ends: day(3) }), slice({ ends: day(2) })];

test('a slice holds no task of a state that none of its entries has', () => {
  expect(mayHold(slice({}), undefined)).toBe(true);
  expect(mayHold(slice({ open: 9, completed: 9 }), ['failed', 'exception'])).toBe(false);
  expect(mayHold(slice({ failed: 1 }), ['exception'])).toBe(true);
  expect(mayHold(slice({ open: 9, failed: 9 }), ['completed'])).toBe(false);
  expect(mayHold(slice({ completed: 1 }), ['completed', 'running'])).toBe(true);
  for (const state of ['unscheduled', 'pending', 'running']) {
    expect(mayHold(slice({ open: 1 }), [state])).toBe(true);
    expect(mayHold(slice({ completed: 9, failed: 9 }), [state])).toBe(false);
  }
});

test('a run of slices ends where one was left out', () => {
  expect(runOf(days)).toBe(3);
  expect(runOf(days.slice(0, 1))).toBe(1);
  expect(runOf([])).toBe(0);
  expect(runOf(days.filter((_, i) => i !== 1))).toBe(1);
});

test('what is left below a time is the slice of that time and all that are older', () => {
  expect(below(days, '2026-11-03T12:00:00.000Z')).toEqual(days);
  expect(below(days, day(3))).toEqual(days);
  expect(below(days, '2026-11-02T12:00:00.000Z')).toEqual(days.slice(1));
  expect(below(days, '2020-01-01T00:00:00.000Z')).toEqual(days.slice(2));
});

test('the next statement takes at most half of the time that is left, and never nothing', () => {
  const most = 256;
  expect(nextCount({ count: 4, tookMs: 8, leftMs: 40, most })).toBe(10);
  expect(nextCount({ count: 4, tookMs: 1, leftMs: 70, most })).toBe(32);
  expect(nextCount({ count: 1, tookMs: 30, leftMs: 15, most })).toBe(1);
  expect(nextCount({ count: 1, tookMs: 30, leftMs: -5, most })).toBe(1);
  expect(nextCount({ count: 64, tookMs: 0, leftMs: 40, most })).toBe(256);
});
