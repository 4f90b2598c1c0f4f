import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkConfigs, ConfigError, duration, flag, integer, loadConfig, text } from './index.ts';

const settings = {
  name: text({ env: 'SHOP_NAME', default: 'shop', description: 'What it is called.' }),
  workers: integer({ env: 'SHOP_WORKERS', default: 4, min: 1, max: 64, description: 'How many work.' }),
  open: flag({ env: 'SHOP_OPEN', default: true, description: 'Whether anybody may come in.' }),
  wait: duration({ env: 'SHOP_WAIT_TIME', default: '20m', description: 'How long one waits.' }),
  token: { ...integer({ env: 'SHOP_SECRET_NUMBER', default: 0, description: 'Known to nobody.', secret: true }) },
};
const mistakesIn = (env: Readonly<Record<string, string>>): string => {
  try {
    loadConfig(settings, env);
  } catch (err) {
    expect(err).toBeInstanceOf(ConfigError);
    return (err as ConfigError).message;
  }
  return '';
};

test('what nobody sets has its default, and empty is not set', () => {
  const defaults = { name: 'shop', workers: 4, open: true, wait: 1_200_000, token: 0 };
  expect(loadConfig(settings, {})).toEqual(defaults);
  expect(loadConfig(settings, { SHOP_NAME: '', SHOP_WORKERS: '', SHOP_OPEN: undefined })).toEqual(defaults);
});

test('each kind of setting is read', () => {
  const env = { SHOP_NAME: ' a b ', SHOP_WORKERS: '64', SHOP_OPEN: '0', SHOP_WAIT_TIME: '1.5h', SHOP_SECRET_NUMBER: '-7' };
  expect(loadConfig(settings, env)).toEqual({ name: ' a b ', workers: 64, open: false, wait: 5_400_000, token: -7 });
});

test('all mistakes are reported at once, each with what was given, what was expected and what the setting is for', () => {
  const message = mistakesIn({ SHOP_WORKERS: '65', SHOP_OPEN: 'yes', SHOP_WAIT_TIME: 'soon', SHOP_NAMES: 'x' });
  expect(message.split('\n')).toEqual([
    'The configuration has 4 mistakes:',
    '  SHOP_WORKERS="65": a whole number from 1 to 64 was expected. How many work.',
    '  SHOP_OPEN="yes": true or false was expected. Whether anybody may come in.',
    '  SHOP_WAIT_TIME="soon": a duration such as 20m, 5s or 500ms was expected. How long one waits.',
    '  SHOP_NAMES is not a setting. Did you mean SHOP_NAME?',
  ]);
});

test('one mistake is one', () => {
  expect(mistakesIn({ SHOP_WORKERS: 'many' })).toMatch(/^The configuration has a mistake:/);
});

test('the value of a secret is never shown', () => {
  const message = mistakesIn({ SHOP_SECRET_NUMBER: 'hunter2' });
  expect(message).toContain('SHOP_SECRET_NUMBER=(hidden)');
  expect(message).not.toContain('hunter2');
});

test('a value with line breaks and control characters stays on its line', () => {
  expect(mistakesIn({ SHOP_WORKERS: '1\r\n\u001b[31m2' }).split('\n')).toHaveLength(2);
});

test.each(['SHOP_WORKER', 'SHOP_WORKERSS', 'SHOP_WORKRES', 'SHOP_W0RKERS', 'HOP_WORKERS'])('%s is nearly a setting', (name) => {
  expect(mistakesIn({ [name]: '1' })).toContain('Did you mean SHOP_WORKERS?');
});

test.each(['SHOP_WORK', 'shop_workers', 'PATH', 'HOME', 'SHOP', 'SHOP_OTHER_THING', 'TASKCLUSTER_ROOT_URL'])(
  '%s is somebody else’s',
  (name) => {
    expect(mistakesIn({ [name]: '1' })).toBe('');
  },
);

test.each([
  ['0', 0],
  ['7', 7_000],
  ['5s', 5_000],
  ['500ms', 500],
  ['0.5s', 500],
  ['20m', 1_200_000],
  ['1.5h', 5_400_000],
  ['31d', 2_678_400_000],
  [' 5s ', 5_000],
  ['0.001ms', 0],
  ['5 s', 5_000],
  ['5sec', 5_000],
  ['30 minutes', 1_800_000],
  ['1 hour', 3_600_000],
  ['2 days', 172_800_000],
])('the duration %j is %d milliseconds', (given, ms) => {
  expect(loadConfig(settings, { SHOP_WAIT_TIME: given }).wait).toBe(ms);
});

test('a bare number is in the unit that the name of the setting speaks of', () => {
  const days = { wait: duration({ env: 'SHOP_DAYS', default: '5d', bareUnit: 'd', description: '' }) };
  expect(['10', '10d', '36h'].map((SHOP_DAYS) => loadConfig(days, { SHOP_DAYS }).wait / 3_600_000)).toEqual([240, 240, 36]);
});

test.each(['-5s', '5  s', '5S', '5 mss', '5 toString', '1h30m', '.5s', '5.', '1e3', 'Infinity', '٣s', '0x10', '12345678901s'])(
  '%j is no duration',
  (given) => {
    expect(mistakesIn({ SHOP_WAIT_TIME: given })).toContain('a duration such as');
  },
);

test.each(['1.5', '1e3', '0x10', ' 4', '４', '9'.repeat(16), '--1', '+1', 'NaN'])('%j is no whole number', (given) => {
  expect(mistakesIn({ SHOP_WORKERS: given })).toContain('a whole number from 1 to 64');
});

test('a default that is no duration is found when the setting is written', () => {
  expect(() => duration({ env: 'X', default: 'long', description: '' })).toThrow('a duration such as');
});

test('whatever the environment holds, the answer is a configuration or a list of mistakes', () => {
  const names = fc.constantFrom('SHOP_NAME', 'SHOP_WORKERS', 'SHOP_OPEN', 'SHOP_WAIT_TIME', '__proto__', 'constructor', 'SHOP_NAMEX');
  fc.assert(fc.property(fc.dictionary(names, fc.string()), (env) => void mistakesIn(env)));
});

test('several parts are looked at as one: their mistakes come together, and a setting of one is no typo of another’s', () => {
  const other = { names: text({ env: 'SHOP_NAMES', default: '', description: 'What others call it.' }) };
  const check = (env: Readonly<Record<string, string>>) => () => checkConfigs([{ settings }, { settings: other }], env);
  expect(check({ SHOP_NAME: 'a', SHOP_NAMES: 'b' })).not.toThrow();
  expect(check({ SHOP_WORKERS: 'x', SHOP_NAMEZ: 'b' })).toThrow(/2 mistakes[\s\S]*SHOP_WORKERS[\s\S]*SHOP_NAMEZ is not a setting/);
});

test('mistakes that only several settings together show come with the others', () => {
  const mistakes = ({ name, workers }: { readonly name: string; readonly workers: number }) =>
    name === 'shop' && workers > 4 ? ['A shop with so many workers needs a name: set SHOP_NAME.'] : [];
  const check = (env: Readonly<Record<string, string>>) => () => checkConfigs([{ settings, mistakes }], env);
  expect(check({ SHOP_WORKERS: '5', SHOP_NAME: 'a' })).not.toThrow();
  expect(check({ SHOP_WORKERS: '5', SHOP_OPEN: 'x' })).toThrow(/2 mistakes[\s\S]*SHOP_OPEN[\s\S]*A shop with so many workers/);
});
