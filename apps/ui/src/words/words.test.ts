import { expect, test } from 'vitest';
import { bytesWords } from './bytes.ts';
import { givenTime } from './given-time.ts';
import { durationWords, relativeWords } from './time-words.ts';

const now = Date.parse('2026-03-04T05:06:07.000Z');
const minutes = (n: number) => n * 60_000;

test.each([
  [-5, '0 s'],
  [40, '< 0.1 s'],
  [400, '0.4 s'],
  [1000, '1 s'],
  [9_960, '9.9 s'],
  [42_900, '42 s'],
  [185_000, '3 min 5 s'],
  [minutes(5), '5 min'],
  [minutes(124), '2 h 4 min'],
  [minutes(60 * 24 * 5 + 180), '5 d 3 h'],
])('%i ms took %s', (ms, words) => expect(durationWords(ms)).toBe(words));

test.each([
  [0, 'just now'],
  [-12_000, '12 s ago'],
  [-minutes(1.9), '1 min ago'],
  [-minutes(119), '1 h ago'],
  [minutes(119), 'in 2 h'],
  [-minutes(60 * 72), '3 d ago'],
  [minutes(60 * 24 * 365), 'in 12 months'],
])('%i ms from now is %s', (ms, words) => expect(relativeWords(now + ms, now)).toBe(words));

test.each([
  ['now', '2026-03-04T05:06:07.000Z'],
  ['in 2 hours', '2026-03-04T07:06:07.000Z'],
  ['In 1 day 3 hours', '2026-03-05T08:06:07.000Z'],
  ['1h30m', '2026-03-04T06:36:07.000Z'],
  ['2 days and 1 minute', '2026-03-06T05:07:07.000Z'],
  ['10 minutes ago', '2026-03-04T04:56:07.000Z'],
  ['-10 min', '2026-03-04T04:56:07.000Z'],
  ['1 month', '2026-04-04T05:06:07.000Z'],
  ['in 1 year', '2027-03-04T05:06:07.000Z'],
  ['1 week from now', '2026-03-11T05:06:07.000Z'],
  ['2026-12-24T18:00:00Z', '2026-12-24T18:00:00.000Z'],
])('"%s" is understood', (text, iso) => expect(new Date(givenTime(text, now)!).toISOString()).toBe(iso));

test.each(['', 'soon', 'in two hours', '2', '2 fortnights', 'hours', '2026-99-99'])('"%s" is no time', (text) =>
  expect(givenTime(text, now)).toBeUndefined(),
);

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1400, '1.4 kB'],
  [22_600_000, '23 MB'],
  [999_600, '1.0 MB'],
])('%i bytes are %s', (bytes, words) => expect(bytesWords(bytes)).toBe(words));
