import { expect, test } from 'vitest';
import { firstErrorIn, looksLikeError } from './first-error.ts';
import { marked } from './marked.ts';
import { endPosition, isScaled, linesAt, maxSpacerPx, positionOf, rowPx, scrollTopFor, spacerPx } from './scroll.ts';
import { hashOf, selectionOf } from './selection.ts';

test.each([
  'error: expected a semicolon',
  '\x1b[1;31merror\x1b[0m[E0308]: mismatched types',
  'Traceback (most recent call last):',
  'FAIL: test_login (tests.TestLogin)',
  'make: *** [all] Error 2',
  'bash: frobnicate: command not found',
  'thread "main" panicked at src/main.rs:3',
  "TypeError: Cannot read properties of undefined (reading 'x')",
  'java.lang.NullPointerException: null',
])('%j looks like an error', (line) => expect(looksLikeError(line)).toBe(true));

test.each([
  '0 errors, 0 warnings',
  'Finished with no errors',
  'failures: 0',
  'cc -Werror -o x x.c',
  'running with --fail-fast',
  'compiling errors.cpp into terror.o',
  '[taskcluster 2026-01-01T00:00:00.000Z]       Result: FAILED',
  'ok 1 - handles the expected error',
])('%j does not', (line) => expect(looksLikeError(line)).toBe(false));

test('the first of several lines is found', () => {
  expect(firstErrorIn('fine\n0 errors\nFATAL: out of disk\nerror: later\n')).toBe(2);
  expect(firstErrorIn('all is well\n')).toBe(-1);
});

test('a short log scrolls pixel by pixel', () => {
  const g = { lineCount: 1000, viewportPx: 600 };
  expect(spacerPx(g)).toBe(1000 * rowPx);
  expect(isScaled(g)).toBe(false);
  expect(positionOf(1234, g)).toBeCloseTo(1234);
  expect(linesAt(0, g).first).toBe(0);
  expect(linesAt(endPosition(g), g).end).toBe(1000);
});

test('a log of millions of lines fits the scroll bar that browsers allow, from its first line to its last', () => {
  const g = { lineCount: 2_500_000, viewportPx: 600 };
  expect(spacerPx(g)).toBe(maxSpacerPx);
  expect(positionOf(0, g)).toBe(0);
  expect(positionOf(maxSpacerPx - 600, g)).toBe(endPosition(g));
  expect(linesAt(endPosition(g), g).end).toBe(2_500_000);
  expect(positionOf(scrollTopFor(1_000_000 * rowPx, g), g)).toBeCloseTo(1_000_000 * rowPx, 3);
});

test('a log shorter than the window does not scroll', () => {
  const g = { lineCount: 3, viewportPx: 600 };
  expect([endPosition(g), positionOf(50, g), scrollTopFor(50, g)]).toEqual([0, 0, 0]);
});

test('a found text is marked across colours, every time it occurs', () => {
  const spans = [
    { text: 'an Er', style: 0 },
    { text: 'ror, error', style: 2 },
  ];
  expect(marked(spans, 'error').map(({ text, style, hit }) => `${text}|${style}|${hit}`)).toEqual([
    'an |0|false',
    'Er|0|true',
    'ror|2|true',
    ', |2|false',
    'error|2|true',
  ]);
  expect(marked(spans, '').map((piece) => piece.hit)).toEqual([false, false]);
});

test('links to lines count from one, and ranges may be written either way round', () => {
  expect(selectionOf('#L12')).toEqual({ first: 11, last: 11 });
  expect(selectionOf('L20-10')).toEqual({ first: 9, last: 19 });
  expect([selectionOf('L0'), selectionOf('x'), selectionOf('')]).toEqual([undefined, undefined, undefined]);
  expect([hashOf({ first: 9, last: 19 }), hashOf({ first: 0, last: 0 })]).toEqual(['L10-20', 'L1']);
});
