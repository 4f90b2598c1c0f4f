import { expect, test } from 'vitest';
import { idleMs, restAfter, type Step } from './pace.ts';

const rest = (changes: Partial<Step>) => restAfter({ tookMs: 30, more: false, messagesPerSecond: 10, behindMs: 0, ...changes });

test('while little is written, the loop rests for its idle time, or as long as it worked while there is more', () => {
  expect(rest({})).toBe(idleMs);
  expect(rest({ more: true })).toBe(30);
});

test('while much is written, it works a twentieth of the time, a fifth when it is a minute behind, and half of it after ten', () => {
  const busy = { messagesPerSecond: 10_000, more: true };
  expect(rest(busy)).toBe(19 * 30);
  expect(rest({ ...busy, tookMs: 1 })).toBe(idleMs);
  expect(rest({ ...busy, behindMs: 61_000 })).toBe(4 * 30);
  expect(rest({ ...busy, behindMs: 601_000 })).toBe(30);
});

test('after a step that was held up it rests for five seconds at most', () => {
  expect(rest({ messagesPerSecond: 10_000, tookMs: 20_000 })).toBe(5_000);
});
