import { expect, test } from 'vitest';
import { commandText, durationText, workerLines } from './lines.ts';

const now = new Date('2030-01-02T03:04:05.678Z');

test('every line of a message gets the prefix of its severity', () => {
  expect(workerLines('info', 'one\ntwo\r\nthree', now)).toBe(
    ['one', 'two', 'three'].map((line) => `[taskcluster 2030-01-02T03:04:05.678Z] ${line}\n`).join(''),
  );
  expect(workerLines('warn', 'x', now)).toBe('[taskcluster:warn 2030-01-02T03:04:05.678Z] x\n');
  expect(workerLines('error', 'x', now)).toBe('[taskcluster:error] x\n');
});

test('a lone carriage return cannot hide a prefix', () => {
  expect(workerLines('error', 'a\rb', now)).toBe('[taskcluster:error] a\n[taskcluster:error] b\n');
});

test('commands are shown as one would type them', () => {
  expect(commandText(['bash', '-c', "echo 'hi' $HOME", ''])).toBe(`bash -c 'echo '\\''hi'\\'' $HOME' ''`);
});

test('durations are exact when short and readable when long', () => {
  expect([42, 9_999, 12_345, 59_949, 245_000, 3_723_400].map(durationText)).toEqual([
    '0.042s',
    '9.999s',
    '12.3s',
    '59.9s',
    '4m 5s',
    '1h 2m 3s',
  ]);
});
