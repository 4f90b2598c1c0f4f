import { expect, test } from 'vitest';
import { reclaimInMs } from './reclaim.ts';

test('a claim is prolonged three minutes before its end', () => {
  expect(reclaimInMs(1_200_000, 180_000)).toBe(1_020_000);
});

test('a short claim is prolonged after a third of its length', () => {
  expect(reclaimInMs(30_000, 180_000)).toBe(10_000);
  expect(reclaimInMs(240_000, 180_000)).toBe(80_000);
});

test('a claim that has run out is prolonged at once, in case the queue has not noticed', () => {
  expect(reclaimInMs(-5, 180_000)).toBe(0);
});
