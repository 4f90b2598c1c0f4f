import { expect, test } from 'vitest';
import { CommandError } from '../exit.ts';
import { command, flag, id, one, optional, rest, text, texts, whole } from './command.ts';
import { parse } from './parse.ts';

const build = command({
  examples: [],
  description: '',
  positionals: { first: one('FIRST', 'The first.'), others: rest('OTHERS', 'The others.') },
  options: {
    json: flag({ description: '' }),
    port: whole({ placeholder: 'N', min: 0, max: 65535, default: 8080, description: '' }),
    limit: whole({ placeholder: 'N', min: 1, max: 9, description: '' }),
    name: text({ short: 'n', placeholder: 'NAME', description: '' }),
    env: texts({ placeholder: 'K=V', description: '' }),
    'no-worker': flag({ description: '' }),
  },
  run: async () => 0,
});
const wrapper = command({
  examples: [],
  description: '',
  passThrough: true,
  positionals: { command: rest('COMMAND', 'What to run.') },
  options: { json: flag({ description: '' }), env: texts({ placeholder: 'K=V', description: '' }) },
  run: async () => 0,
});

const mistake = (words: readonly string[], what = build) => {
  try {
    parse(what, words);
  } catch (err) {
    expect(err).toBeInstanceOf(CommandError);
    expect((err as CommandError).exitCode).toBe(2);
    return (err as CommandError).message;
  }
  throw new Error('no mistake was found');
};

test('options may stand before, between and behind the arguments, and those left out have their defaults', () => {
  expect(parse(build, ['--json', 'a', '--env', 'A=1', 'b', '--env=B=2', '-n', 'x', 'c'])).toEqual({
    options: { json: true, port: 8080, limit: undefined, name: 'x', env: ['A=1', 'B=2'], 'no-worker': false },
    args: { first: 'a', others: ['b', 'c'] },
  });
});

test('words behind -- are arguments, whatever they look like', () => {
  expect(parse(build, ['--', '--json', '-x'])).toMatchObject({ options: { json: false }, args: { first: '--json', others: ['-x'] } });
});

test('options behind the first word of a command that is passed through belong to that command', () => {
  const expected = { options: { json: true, env: ['A=1'] }, args: { command: ['npm', 'test', '--json', '--', '-x', '--help'] } };
  expect(parse(wrapper, ['--json', '--env', 'A=1', 'npm', 'test', '--json', '--', '-x', '--help'])).toEqual(expected);
  expect(parse(wrapper, ['--json', '--env', 'A=1', '--', 'npm', 'test', '--json', '--', '-x', '--help'])).toEqual(expected);
  expect(parse(wrapper, ['--', '--odd'])).toEqual({ options: { json: false, env: [] }, args: { command: ['--odd'] } });
});

test('help is recognised wherever it stands among the options', () => {
  expect(parse(build, ['--help'])).toBe('help');
  expect(parse(build, ['a', '--json', '-h'])).toBe('help');
  expect(parse(wrapper, ['--help', 'ls'])).toBe('help');
});

test('an unknown option is refused with the one that was meant', () => {
  expect(mistake(['--evn', 'A=1'])).toBe('There is no option --evn. Did you mean "--env"?');
  expect(mistake(['-z'])).toContain('There is no option -z. Add --help');
});

test('values that are missing, superfluous or out of range are refused with what was expected', () => {
  expect(mistake(['a', '--name'])).toBe('--name needs a value. Write --name NAME.');
  expect(mistake(['a', '--name', '--json'])).toBe('--name needs a value. Write --name NAME.');
  expect(mistake(['a', '--json=yes'])).toBe('--json takes no value. Leave out "=yes".');
  expect(mistake(['a', '--port', '70000'])).toBe('--port: a whole number from 0 to 65535 was expected, not "70000".');
  expect(mistake(['a', '--limit', '1.5'])).toContain('from 1 to 9');
  expect(mistake([])).toBe('FIRST is missing: the first. Add --help for an example.');
});

test('one argument too many is refused', () => {
  const single = command({ examples: [], description: '', options: {}, positionals: { a: optional('A', 'It.') }, run: async () => 0 });
  expect(parse(single, [])).toEqual({ options: {}, args: { a: undefined } });
  expect(mistake(['x', 'y'], single)).toContain('"y" is one argument too many');
});

test('a task may be named by its id or by the address of a page about it', () => {
  const { read } = id('TASKID', '');
  const taskId = 'fN1SbArXTPSVFNUvaOlinQ';
  expect(read([taskId])).toBe(taskId);
  expect(read([`http://localhost:8080/tasks/${taskId}?tab=log#L3`])).toBe(taskId);
  expect(read([`https://example.com/tasks/${taskId}/runs/0`])).toBe(taskId);
  expect(() => read(['fN1SbArXTPSVFNUvaOlin'])).toThrow('an id of 22 characters');
  expect(() => read([`https://example.com/${taskId}x`])).toThrow('an id of 22 characters');
});
