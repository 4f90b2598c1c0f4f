import { expect, test } from 'vitest';
import { defaultMemoryLimits, isShort } from './memory.ts';

const gibibyte = 2 ** 30;

test('memory is short when little is left and that is a small part of it', () => {
  expect(isShort({ available: 0.4 * gibibyte, total: 16 * gibibyte }, defaultMemoryLimits)).toBe(true);
  expect(isShort({ available: 0.8 * gibibyte, total: 16 * gibibyte }, defaultMemoryLimits)).toBe(false);
  expect(isShort({ available: 0.4 * gibibyte, total: 1 * gibibyte }, defaultMemoryLimits)).toBe(false);
});
