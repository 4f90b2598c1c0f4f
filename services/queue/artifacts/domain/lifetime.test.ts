import { expect, test } from 'vitest';
import { graceMs, uploadUrlEnds } from './lifetime.ts';

const minute = 60_000;
const nowMs = Date.parse('2026-02-03T04:00:00.000Z');

test.each([
  ['an hour from now', 60, 45 * minute],
  ['so that its data stays just long enough', 16, 45 * minute],
  ['now', 0, 30 * minute - graceMs],
  ['15 minutes ago, which is the most that is taken', -15, 15 * minute - graceMs],
])('the URL for an artifact that expires %s ends before its data is deleted', (_, inMinutes, lastsMs) => {
  const expires = new Date(nowMs + inMinutes * minute).toISOString();
  expect(uploadUrlEnds({ nowMs, lifetimeMs: 45 * minute, expires }) - nowMs).toBe(lastsMs);
});
