import { expect, test } from 'vitest';
import { backgroundOf, emphasis, foregroundOf, lastDrawing, plainStyle, restyle, spansOf, styleAfter, withoutSequences } from './ansi.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (line: string) => spansOf(line, plainStyle).map((span) => span.text);

test('colours, bright colours, backgrounds and emphasis take effect, and are taken back one by one', () => {
  const style = restyle(plainStyle, [1, 31, 102]);
  expect([foregroundOf(style), backgroundOf(style), style & emphasis.bold]).toEqual([1, 10, emphasis.bold]);
  expect(foregroundOf(restyle(style, [39]))).toBeUndefined();
  expect(restyle(style, [22]) & emphasis.bold).toBe(0);
  expect(restyle(style, [])).toBe(plainStyle);
  expect(restyle(style, [0])).toBe(plainStyle);
});

test('256 colours are taken as they are, true colours become the nearest of them, and what follows still counts', () => {
  expect(foregroundOf(restyle(plainStyle, [38, 5, 208]))).toBe(208);
  expect(backgroundOf(restyle(plainStyle, [48, 2, 255, 0, 0]))).toBe(196);
  expect(restyle(plainStyle, [38, 2, 0, 0, 0, 4]) & emphasis.underline).toBe(emphasis.underline);
});

test('a line is cut into pieces of one style, and begins in the style of the line before', () => {
  const spans = spansOf('red\x1b[0m plain \x1b[32mgreen', restyle(plainStyle, [31]));
  expect(spans.map(({ text, style }) => [text, foregroundOf(style)])).toEqual([
    ['red', 1],
    [' plain ', undefined],
    ['green', 2],
  ]);
});

test('markup stays text, other sequences vanish, and stray control characters can be seen', () => {
  expect(texts('<script>alert(1)</script>')).toEqual(['<script>alert(1)</script>']);
  expect(texts('\x1b[2K\x1b[?25lready\x1b]0;title\x07')).toEqual(['ready']);
  expect(texts('a\x1bb\x00c\x7f')).toEqual(['a␛b␀c␡']);
});

test('what is searched is what is seen', () => {
  expect(withoutSequences('\x1b[1;31merror\x1b[0m: no \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\')).toBe('error: no link');
});

test('a line that was drawn again and again counts as its last drawing', () => {
  expect(lastDrawing('10%\r50%\r100%')).toBe('100%');
  expect(lastDrawing('100%\r')).toBe('100%');
  expect(lastDrawing('plain')).toBe('plain');
});

test('the style at the end of a line is found without decoding it', () => {
  expect(foregroundOf(styleAfter(bytes('a\x1b[31mb\x1b[2Kc\x1b[1m'), plainStyle))).toBe(1);
  expect(styleAfter(bytes('a\x1b[0m'), restyle(plainStyle, [31]))).toBe(plainStyle);
  expect(styleAfter(bytes('unfinished \x1b[3'), plainStyle)).toBe(plainStyle);
});
