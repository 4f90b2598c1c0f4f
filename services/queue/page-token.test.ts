import { expect, test } from 'vitest';
import { decodeToken, encodeToken, pageLimit } from './page-token.ts';

const tokenOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a token gives back what it was made from', () => {
  for (const parts of [['public/a b~'], [3], ['2026-02-03T04:05:06.789Z', 'x"\\ü'], []]) {
    expect(decodeToken(encodeToken(parts), parts.length)).toEqual(parts);
    expect(encodeToken(parts)).toMatch(/^[\w-]+$/);
  }
});

test('a token with other letters of base64 is read too', () => {
  const parts = ['\u00fb\u00ff?>'];
  expect(decodeToken(Buffer.from(JSON.stringify(parts)).toString('base64'), 1)).toEqual(parts);
});

test('whatever is no token begins at the start', () => {
  for (const token of [undefined, 'x', '%%%', 'AAAA', tokenOf('text'), tokenOf({ length: 1 }), tokenOf(null)]) {
    expect(decodeToken(token, 1)).toBeUndefined();
  }
  expect(decodeToken(encodeToken(['a', 'b']), 1)).toBeUndefined();
  expect(decodeToken(encodeToken(['a']), 2)).toBeUndefined();
});

test('a token with values that no list has begins at the start', () => {
  for (const part of [null, true, ['a'], {}, -1, 1.5, 2 ** 60, 'a\0b']) expect(decodeToken(tokenOf([part]), 1)).toBeUndefined();
});

test('a page has from 1 to 1000 rows', () => {
  expect([undefined, '0', '1', '17', '1000', '1001', '9'.repeat(400)].map(pageLimit)).toEqual([1000, 1, 1, 17, 1000, 1000, 1000]);
});
