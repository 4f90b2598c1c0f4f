import fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectKey, pathOfKey } from './object-key.ts';

test('keys are kept as they are, but for segments that parsers of URLs resolve', () => {
  for (const key of ['T/0/public/a b.txt', 'T/0//a', 'T/0/a/', 'T/0/...', 'T/0/.a', 'T/0/a.', 'T/0/a%2Fb', 'T/0/%2Ea', ''])
    expect(objectKey(key)).toBe(key);
  expect(objectKey('T/0/./..')).toBe('T/0/%2E/%2E%2E');
  expect(objectKey('T/0/%2E')).toBe('T/0/%252E');
});

const segment = fc.oneof(fc.stringMatching(/^[\x20-\x7e]{0,5}$/), fc.stringMatching(/^(\.|%(25){0,2}2E){1,3}$/));
const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));

test('no two keys meet', () => {
  fc.assert(
    fc.property(key, key, (a, b) => (objectKey(a) === objectKey(b)) === (a === b)),
    { numRuns: 5_000 },
  );
});

test('whoever parses the URL of a key finds the same path, and it leads to the key', () => {
  fc.assert(
    fc.property(key, (key) => {
      const path = pathOfKey(key);
      const { pathname } = new URL(`http://localhost/bucket/${path}`);
      expect(pathname).toBe(`/bucket/${path}`);
      expect(decodeURIComponent(path)).toBe(objectKey(key));
    }),
    { numRuns: 2_000 },
  );
});
