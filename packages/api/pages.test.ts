import { describe, expect, test } from 'vitest';
import { checkedToken, cut, decodeToken, encodeToken, offsetIn, pageLimit, textsIn } from './pages.ts';

const tokenOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refused = expect.objectContaining({ code: 'InputError', message: expect.stringMatching(/^Invalid continuation token\./) });

test('a token gives back what it was made from', () => {
  for (const parts of [['public/a b~'], [3], ['2026-02-03T04:05:06.789Z', 'x"\\ü'], []]) {
    expect(decodeToken(encodeToken(parts), parts.length)).toEqual(parts);
    expect(checkedToken(encodeToken(parts))).toBe(encodeToken(parts));
  }
});

test('a token with other letters of base64 is read too', () => {
  const parts = ['\u00fb\u00ff?>'];
  expect(decodeToken(Buffer.from(JSON.stringify(parts)).toString('base64'), 1)).toEqual(parts);
});

test('whatever is no token begins at the start', () => {
  for (const token of [undefined, '', 'x', '%%%', 'AAAA', tokenOf('text'), tokenOf({ length: 1 }), tokenOf(null)]) {
    expect(decodeToken(token, 1)).toBeUndefined();
    expect(textsIn(token, 2)).toEqual(['', '']);
  }
  expect(decodeToken(encodeToken(['a', 'b']), 1)).toBeUndefined();
  expect(decodeToken(encodeToken(['a']), 2)).toBeUndefined();
});

test('a token with values that no list has begins at the start', () => {
  for (const part of [null, true, ['a'], {}, -1, 1.5, 2 ** 60, 'a\0b', '\ud800', 'a\udfff'])
    expect(decodeToken(tokenOf([part]), 1)).toBeUndefined();
});

test('the texts of a token are all of it, or none', () => {
  expect(textsIn(encodeToken(['a', 'b']), 2)).toEqual(['a', 'b']);
  for (const parts of [[3, 'b'], ['a', 3], ['a'], ['a', 'b', 'c']]) expect(textsIn(encodeToken(parts), 2)).toEqual(['', '']);
});

test('what cannot be a token is refused where a list checks it', () => {
  for (const token of ['', '!', 'a b', '\u00e9', '/', 'a\n', '\0']) {
    expect(() => checkedToken(token)).toThrow(refused);
    expect(() => offsetIn(token)).toThrow(refused);
  }
  expect(checkedToken('AAAA==')).toBe('AAAA==');
  expect(checkedToken(undefined)).toBeUndefined();
});

test('an offset is the number of a token, and 0 for one that stands for nothing', () => {
  expect(offsetIn(encodeToken([2 ** 53 - 1]))).toBe(2 ** 53 - 1);
  for (const token of [undefined, 'AAAA', tokenOf(['3']), tokenOf([3, 4]), tokenOf([-1])]) expect(offsetIn(token)).toBe(0);
});

test('a page has from 1 row to the most that a list allows', () => {
  expect([undefined, '0', '1', '17', '1000', '1001', '9'.repeat(400)].map((limit) => pageLimit(limit))).toEqual([
    1000, 1, 1, 17, 1000, 1000, 1000,
  ]);
  expect([undefined, 0, 17, 1000].map((limit) => pageLimit(limit, 200))).toEqual([200, 1, 17, 200]);
});

describe('a page', () => {
  const cutAt = (limit: number) => cut(['a', 'b', 'c'], limit, (last) => encodeToken([last]));
  test('has a token when a row is left', () =>
    expect(cutAt(2)).toEqual({ page: ['a', 'b'], next: { continuationToken: encodeToken(['b']) } }));
  test.each([3, 4])('has none when all rows are on it (%d)', (limit) => expect(cutAt(limit)).toEqual({ page: ['a', 'b', 'c'], next: {} }));
});
