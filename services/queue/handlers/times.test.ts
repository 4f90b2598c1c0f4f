import { expect, test } from 'vitest';
import { isTime } from './times.ts';

test.each([
  '2026-02-28T00:00:00Z',
  '2028-02-29T23:59:59.999999999Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-03T24:00:00Z',
])('%s is a time', (text) => expect(isTime(text)).toBe(true));

test.each([
  '2026-02-29T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-04-31T12:00:00.123Z',
  '2026-02-32T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-02-03T25:00:00Z',
  '2026-02-03T04:05:60Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T24:00:00Z',
  '',
])('%j is none', (text) => expect(isTime(text)).toBe(false));
