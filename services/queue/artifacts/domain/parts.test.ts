import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut } from './parts.ts';

const mib = 1024 ** 2;

test('parts have the usual size, and the last one the rest', () => {
  expect(cut(1, 5 * mib)).toEqual({ partBytes: 5 * mib, parts: 1 });
  expect(cut(5 * mib, 5 * mib)).toEqual({ partBytes: 5 * mib, parts: 1 });
  expect(cut(5 * mib + 1, 5 * mib)).toEqual({ partBytes: 5 * mib, parts: 2 });
});

test('there are never more than 10,000 parts, and they cover everything', () => {
  expect(cut(5 * 1024 ** 4, 64 * mib)).toEqual({ partBytes: 525 * mib, parts: 9_987 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 * 1024 ** 4 }), fc.integer({ min: 5, max: 5 * 1024 }), (bytes, usual) => {
      const found = cut(bytes, usual * mib);
      if ('refused' in found) throw new Error(found.message);
      expect(found.parts).toBeLessThanOrEqual(10_000);
      expect(found.partBytes * found.parts).toBeGreaterThanOrEqual(bytes);
      expect(found.partBytes * (found.parts - 1)).toBeLessThan(bytes);
      expect(found.partBytes).toBeLessThanOrEqual(5 * 1024 * mib);
    }),
  );
});

test('what no store takes is refused', () => {
  expect(cut(Number.MAX_SAFE_INTEGER, 5 * mib)).toMatchObject({ refused: 'InputError' });
});
