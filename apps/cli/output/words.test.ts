import { expect, test } from 'vitest';
import { duration } from './duration.ts';
import { size } from './size.ts';
import { reasonText, stateLabel, stateText } from './state.ts';
import { plain, styleFor } from './style.ts';

test('durations have at most two units', () => {
  expect([0, 440, 9949, 9950, 59_499, 60_000, 185_000, 3_600_000, 7_800_000, 86_400_000, 273_600_000].map(duration)).toEqual([
    '0.0 s',
    '0.4 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min',
    '3 min 5 s',
    '1 h',
    '2 h 10 min',
    '1 d',
    '3 d 4 h',
  ]);
  expect(duration(-5)).toBe('0.0 s');
});

test('sizes are in units of 1000', () => {
  expect([0, 999, 1400, 23_400_000, 999_600, 1.5e9].map(size)).toEqual(['0 B', '999 B', '1.4 KB', '23 MB', '1.0 MB', '1.5 GB']);
});

test('every state has a shape, and a colour where there are colours', () => {
  expect(stateLabel('failed')).toBe('✕ failed');
  expect(stateLabel('something new')).toBe('something new');
  expect(stateText('running', plain)).toBe('◐ running');
  expect(stateText('failed', styleFor({ isTTY: true }, {}))).toBe('\u001B[31m✕ failed\u001B[39m');
});

test('colours go to terminals only, and never when NO_COLOR is set', () => {
  expect(styleFor({}, {})).toBe(plain);
  expect(styleFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(plain);
  expect(styleFor({ isTTY: true }, { TERM: 'dumb' })).toBe(plain);
  expect(styleFor({ isTTY: true }, { NO_COLOR: '' })).not.toBe(plain);
});

test('a reason is put into words when there is something to explain', () => {
  expect(reasonText('canceled')).toBe('somebody cancelled it');
  expect(reasonText('completed')).toBeUndefined();
  expect(reasonText('something-new')).toBe('something-new');
});
