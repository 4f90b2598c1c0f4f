import { describe, expect, test } from 'vitest';
import { ConfigError, duration, flag, integer, loadConfig, text } from './config.ts';

const settings = {
  name: text({ env: 'THING_NAME', default: 'a', description: 'A name.' }),
  count: integer({ env: 'THING_COUNT', default: 3, min: 1, max: 9, description: 'How many.' }),
  open: flag({ env: 'THING_OPEN', default: false, description: 'Whether it is open.' }),
  wait: duration({ env: 'THING_WAIT', default: '20m', description: 'How long.' }),
  secret: integer({ env: 'THING_SECRET', default: 0, secret: true, description: 'A secret.' }),
};
const messageOf = (env: Record<string, string>): string => {
  try {
    loadConfig(settings, env);
    return 'nothing was wrong';
  } catch (err) {
    if (err instanceof ConfigError) return err.message;
    throw err;
  }
};

test('nothing set gives the defaults, and so does an empty value', () => {
  expect(loadConfig(settings, { THING_COUNT: '' })).toEqual({ name: 'a', count: 3, open: false, wait: 1_200_000, secret: 0 });
});

test('values are read by their kind', () => {
  expect(loadConfig(settings, { THING_NAME: 'b', THING_COUNT: '9', THING_OPEN: '1', THING_WAIT: '500ms' })).toMatchObject({
    name: 'b',
    count: 9,
    open: true,
    wait: 500,
  });
});

test.each([
  ['5s', 5_000],
  ['5', 5_000],
  ['1.5h', 5_400_000],
  ['2d', 172_800_000],
])('%s is a duration', (given, ms) => expect(loadConfig(settings, { THING_WAIT: given }).wait).toBe(ms));

describe('mistakes', () => {
  test('are all reported at once, with the value and what it is for', () => {
    const message = messageOf({ THING_COUNT: '10', THING_OPEN: 'maybe', THING_WAIT: 'soon' });
    for (const part of ['3 mistakes', 'THING_COUNT="10"', '1 to 9', 'THING_OPEN', 'THING_WAIT', 'How long.'])
      expect(message).toContain(part);
  });
  test('never show a secret', () => expect(messageOf({ THING_SECRET: 'sesame' })).not.toContain('sesame'));
  test.each(['THING_COUN', 'THING_COUNTS', 'THNIG_COUNT', 'THING_COUNR'])('%s is answered with the name that was meant', (name) =>
    expect(messageOf({ [name]: '1' })).toContain('Did you mean THING_COUNT?'),
  );
  test('are not seen in variables of others', () =>
    expect(messageOf({ HOME: '/', PATH: '/bin', THING_OTHER: '1' })).toBe('nothing was wrong'));
});
