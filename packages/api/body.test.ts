import { describe, expect, test } from 'vitest';
import { parseBody } from './body.ts';

const refusedAt = (path: string) =>
  expect.objectContaining({
    code: 'InputValidationError',
    message: `The number at "${path}" is too large to be kept. Make it smaller, or send it as a text.`,
  });

describe('a text that cannot be stored', () => {
  test.each([
    ['{"a":[{"b":["x","\\u0000"]}]}', '/a/0/b/1'],
    ['["\\ud800"]', '/0'],
    ['{"a":{"b":0,"\\udfff":1}}', '/a'],
    ['{"\\u0000":1}', '/'],
  ])('is refused with its place: %s', (text, path) =>
    expect(() => parseBody(text)).toThrow(
      expect.objectContaining({ code: 'InputValidationError', message: expect.stringContaining(` at "${path}" `) }),
    ),
  );
  test('is looked for in millions of values', () =>
    expect(() => parseBody(`["\\ud83d\\ude00",${'1,'.repeat(5_000_000)}"\\u0000"]`)).toThrow('/5000001'));
});

describe('a number that no double holds', () => {
  test.each([
    '1e400',
    '-1e400',
    '1E+309',
    '1e0000400',
    '1.8e308',
    '0.0001e313',
    `1${'0'.repeat(150)}.5e159`,
    '9'.repeat(400),
    `-${'9'.repeat(400)}`,
    `${'9'.repeat(400)}.25`,
    `${'9'.repeat(400)}e0`,
  ])('is refused with its place: %s', (number) => {
    expect(() => parseBody(`{"a":{"b":[0,${number}]}}`)).toThrow(refusedAt('/a/b/1'));
    expect(() => parseBody(`[\n\t${number}\n]`)).toThrow(refusedAt('/0'));
    expect(() => parseBody(`{"a" : ${number} }`)).toThrow(refusedAt('/a'));
  });
});

test.each(['1.7e308', '-1.7e308', '1e99', '1e-400', '0e999', `0.${'9'.repeat(400)}`, '9'.repeat(300), `"${'9'.repeat(400)}"`, '" 1e400"'])(
  '%s is kept as JSON reads it',
  (value) => expect(parseBody(`{"a":${value}}`)).toEqual(JSON.parse(`{"a":${value}}`)),
);

// A scan that begins anew at each digit takes 7 s for many long numbers, and for ever for one.
test.each([
  ['digits', '1'.repeat(10_000_000)],
  ['a fraction', ` 1.${'1'.repeat(10_000_000)}`],
  ['many long numbers', `${'1'.repeat(199)},`.repeat(50_000)],
  ['many exponents', ' 1e+1'.repeat(2_000_000)],
])('a text of 10 MB with %s is scanned once', (_, text) => expect(parseBody(JSON.stringify({ text }))).toEqual({ text }));
