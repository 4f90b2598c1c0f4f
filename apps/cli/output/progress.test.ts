import { expect, test } from 'vitest';
import { terminalFor } from '../fixtures.ts';
import { progressOn } from './progress.ts';

const clear = '\r\u001B[K';

test('a pipe gets the results and the notes, and no progress line', async () => {
  const { terminal, ended } = terminalFor();
  const progress = progressOn(terminal);
  progress.show(() => 'running');
  await progress.result('one\n');
  progress.note('a note');
  progress.end();
  expect(await ended()).toEqual({ out: 'one\n', err: 'a note\n' });
});

test('on a terminal the line is taken away for results and drawn again behind them', async () => {
  const { terminal, ended } = terminalFor({ isTTY: true });
  const progress = progressOn(terminal);
  progress.show(() => 'running');
  await progress.result('one\n');
  progress.end();
  expect((await ended()).err).toBe(`${clear}running${clear}${clear}running${clear}`);
});

test('nothing is drawn behind an unfinished line of results', async () => {
  const { terminal, ended } = terminalFor({ isTTY: true });
  const progress = progressOn(terminal);
  progress.show(() => 'running');
  await progress.result('half a li');
  progress.end();
  expect((await ended()).err).toBe(`${clear}running${clear}`);
});

test('a line that is wider than the terminal is cut', async () => {
  const { terminal, ended } = terminalFor({ isTTY: true });
  const progress = progressOn(terminal);
  progress.show(() => 'x'.repeat(200));
  progress.end();
  expect((await ended()).err).toContain(`${'x'.repeat(118)}…${clear}`);
});
