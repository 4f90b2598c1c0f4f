import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTokenCipher } from './token-cipher.ts';

const cipher = createTokenCipher(randomBytes(32));
const token = 'rN4kq0vWTWmPUYq3pFqNRQ';

test('a token comes back as it was', () => {
  expect(cipher.decrypt('a/b', cipher.encrypt('a/b', token))).toBe(token);
  expect(cipher.decrypt('a/b', cipher.encrypt('a/b', ''))).toBe('');
});

test('the same token looks different each time, and never like itself', () => {
  const [one, two] = [cipher.encrypt('a', token), cipher.encrypt('a', token)];
  expect(one.equals(two)).toBe(false);
  expect(one.includes(token)).toBe(false);
});

test('the token of one client is not one for another: rows cannot be swapped', () => {
  expect(() => cipher.decrypt('b', cipher.encrypt('a', token))).toThrow();
});

test('another key reads nothing', () => {
  expect(() => createTokenCipher(randomBytes(32)).decrypt('a', cipher.encrypt('a', token))).toThrow();
});

test('a change of any bit is noticed', () => {
  const encrypted = cipher.encrypt('a', token);
  for (let bit = 0; bit < encrypted.length * 8; bit++) {
    const changed = Buffer.from(encrypted);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => cipher.decrypt('a', changed)).toThrow();
  }
});

test('a row that was cut off or made longer is noticed, also where only the tag is left', () => {
  const encrypted = cipher.encrypt('a', token);
  for (let length = 0; length < encrypted.length; length++) expect(() => cipher.decrypt('a', encrypted.subarray(0, length))).toThrow();
  expect(() => cipher.decrypt('a', Buffer.concat([encrypted, Buffer.from('x')]))).toThrow();
  // A tag of four bytes for an empty token would be found by trying.
  const empty = cipher.encrypt('a', '');
  expect(() => cipher.decrypt('a', empty.subarray(0, 16))).toThrow('tag');
});
