import { expect, test } from 'vitest';
import { addHashes, requireHashes } from './hashes.ts';

const sha256 = 'a'.repeat(64);

test('new hashes are added, equal ones are fine, another value is a conflict', () => {
  expect(addHashes({}, { sha256 })).toEqual({ sha256 });
  expect(addHashes({ sha256 }, { sha256 })).toBeUndefined();
  expect(addHashes({ sha256 }, { sha512: 'b' })).toEqual({ sha256, sha512: 'b' });
  expect(() => addHashes({ sha256 }, { sha256: 'c' })).toThrow(expect.objectContaining({ code: 'RequestConflict' }));
});

test('a finished object takes no new hash, and fewer than it has are fine', () => {
  requireHashes({ sha256, sha512: 'b' }, { sha256 });
  requireHashes({}, {});
  expect(() => requireHashes({ sha256 }, { sha512: 'b' })).toThrow(expect.objectContaining({ code: 'RequestConflict' }));
  expect(() => requireHashes({ sha256 }, { sha256: 'b' })).toThrow(expect.objectContaining({ code: 'RequestConflict' }));
});

test('names like those of built-in properties are ordinary algorithms', () => {
  const odd = JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, string>;
  const stored = addHashes({}, odd);
  expect(Object.entries(stored ?? {})).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  expect(() => requireHashes({}, { toString: 'x' })).toThrow(expect.objectContaining({ code: 'RequestConflict' }));
});

test('what is not text is refused', () => {
  for (const bad of [1, null, {}, [], true, 'x'.repeat(1001)])
    expect(() => addHashes({}, { other: bad })).toThrow(expect.objectContaining({ code: 'InputError' }));
});
