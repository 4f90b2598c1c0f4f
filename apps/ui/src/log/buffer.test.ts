import { expect, test } from 'vitest';
import { foregroundOf } from './ansi.ts';
import { LogBuffer, shownLineBytes } from './buffer.ts';
import { LineSearch } from './search.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const bufferOf = (...pieces: readonly string[]) => {
  const buffer = new LogBuffer();
  for (const piece of pieces) buffer.append(bytes(piece));
  return buffer;
};
const linesOf = (buffer: LogBuffer) => Array.from({ length: buffer.lineCount }, (_, i) => buffer.line(i));
const foundIn = (buffer: LogBuffer, query: string, complete = true) => {
  const search = new LineSearch(buffer, query);
  while (search.step(complete));
  return Array.from({ length: search.lines.length }, (_, i) => search.lines.at(i));
};

test('lines are the same wherever the bytes were cut, within characters too', () => {
  const text = 'first\n\nzwölf €\r\nlast without end';
  const whole = bufferOf(text);
  expect(linesOf(whole)).toEqual(['first', '', 'zwölf €', 'last without end']);
  const piecewise = new LogBuffer();
  for (const byte of bytes(text)) piecewise.append(Uint8Array.of(byte));
  expect(linesOf(piecewise)).toEqual(linesOf(whole));
  expect(piecewise.byteLength).toBe(bytes(text).length);
});

test('an empty log has no lines, and a line that is being written counts', () => {
  const buffer = bufferOf();
  expect(buffer.lineCount).toBe(0);
  buffer.append(bytes('a'));
  expect(buffer.lineCount).toBe(1);
  buffer.append(bytes('\n'));
  expect(buffer.lineCount).toBe(1);
});

test('lines across blocks of a mebibyte are whole, and so are texts of many lines', () => {
  const line = (i: number) => `line ${i} ${'x'.repeat(i % 97)}`;
  const count = 60_000;
  const text = Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');
  const buffer = new LogBuffer();
  const all = bytes(text);
  for (let at = 0; at < all.length; at += 70_001) buffer.append(all.subarray(at, at + 70_001));
  expect(buffer.lineCount).toBe(count);
  expect([0, 20_000, 41_234, count - 1].map((i) => buffer.line(i))).toEqual([0, 20_000, 41_234, count - 1].map(line));
  let together = '';
  for (let next = 0; next < count;) {
    const part = buffer.text(next, 100_000);
    together += part.text;
    next = part.next;
  }
  expect(together === text).toBe(true);
});

test('of a very long line the beginning is drawn, and the rest is counted', () => {
  const buffer = bufferOf(`${'x'.repeat(shownLineBytes + 500)}\nshort\n`);
  expect(buffer.line(0)).toHaveLength(shownLineBytes);
  expect(buffer.hiddenBytes(0)).toBe(500);
  expect(buffer.hiddenBytes(1)).toBe(0);
});

test('a colour goes on over lines until it is taken back, also when its sequence was cut in two', () => {
  const buffer = bufferOf('plain\n\x1b[3', '1mred\nstill red\nend\x1b[0m\nplain\n');
  expect(Array.from({ length: 5 }, (_, i) => foregroundOf(buffer.styleAt(i)))).toEqual([undefined, undefined, 1, 1, undefined]);
});

test('a search finds lines once, whatever their case and colours, and not across lines', () => {
  const buffer = bufferOf('Error one error\nfine\n\x1b[31mER\x1b[0mROR\nerr\nor\n');
  expect(foundIn(buffer, 'error')).toEqual([0, 2]);
  expect(foundIn(buffer, 'nothing')).toEqual([]);
});

test('a search goes on as the log grows, and looks at the last line when it is complete', () => {
  const buffer = bufferOf('needle\nhay nee');
  const search = new LineSearch(buffer, 'needle');
  while (search.step(false));
  expect(search.lines.length).toBe(1);
  buffer.append(bytes('dle\nneedle'));
  while (search.step(false));
  expect(search.lines.length).toBe(2);
  while (search.step(true));
  expect(search.lines.length).toBe(3);
});

test('next and previous go from match to match and start over at the ends', () => {
  const search = new LineSearch(bufferOf('x\n-\nx\n-\nx\n'), 'x');
  while (search.step(true));
  expect([search.from(0, 1), search.from(4, 1), search.from(2, -1), search.from(0, -1), search.from(1, 1), search.from(3, -1)]).toEqual([
    2, 0, 0, 4, 2, 2,
  ]);
});
