import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commands, isNoun } from './commands/index.ts';
import { run } from './fixtures.ts';

const bin = fileURLToPath(new URL('./bin.mjs', import.meta.url));
const every = Object.entries(commands).flatMap(([word, entry]) =>
  isNoun(entry) ? Object.keys(entry.verbs).map((verb) => `${word} ${verb}`) : [word],
);

test.each(every)('"%s" has a help that begins with an example of its own', async (words) => {
  const { code, out, err } = await run([...words.split(' '), '--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^ {2}\$ (source <\()?taskcluster /);
  expect(out).toContain('Usage: taskcluster');
  expect(out).toContain('--help');
});

test('the overview and the help of a noun name every word', async () => {
  const overview = await run([]);
  for (const word of Object.keys(commands)) expect(overview.out).toContain(`  ${word} `);
  expect(await run(['help'])).toEqual(overview);
  const { out } = await run(['task']);
  for (const verb of ['status', 'log', 'artifacts', 'artifact', 'definition', 'cancel', 'rerun']) expect(out).toContain(`  ${verb} `);
  expect((await run(['help', 'task', 'status'])).out).toBe((await run(['task', 'status', '--help'])).out);
});

test('unknown words end with status 2 and what was meant', async () => {
  expect(await run(['rnu'])).toEqual({ code: 2, out: '', err: 'taskcluster: There is no command "rnu". Did you mean "run"?\n' });
  expect((await run(['task', 'artefact'])).err).toContain('Did you mean "artifact"?');
  expect((await run(['constructor'])).code).toBe(2);
  expect((await run(['task', 'toString'])).code).toBe(2);
});

test('without a platform a command ends with status 4, and with an address where nothing listens too', async () => {
  const taskId = 'fN1SbArXTPSVFNUvaOlinQ';
  expect((await run(['task', 'status', taskId])).code).toBe(4);
  const { code, err } = await run(['task', 'status', taskId], { env: { TASKCLUSTER_ROOT_URL: 'http://127.0.0.1:1' } });
  expect(code).toBe(4);
  expect(err).toContain('http://127.0.0.1:1 cannot be reached');
});

test.each(['bash', 'zsh', 'fish'])('the completion for %s has every word and option', async (shell) => {
  const { out, code } = await run(['completion', shell]);
  expect(code).toBe(0);
  for (const words of every) expect(out).toContain(words.split(' ').at(-1));
  for (const option of ['follow', 'max-run-time', 'data-dir', 'watch']) expect(out).toContain(option);
});

test('bash offers the words that may follow', async () => {
  const complete = async (...words: readonly string[]) => {
    const script = `eval "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _taskcluster; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script, (await run(['completion', 'bash'])).out, ...words]);
    return stdout.trim();
  };
  expect(await complete('taskcluster', 'ta')).toBe('task');
  expect(await complete('taskcluster', 'task', 'arti')).toBe('artifacts artifact');
  expect(await complete('taskcluster', 'task', 'status', '--j')).toBe('--json');
  expect(await complete('taskcluster', 'log', '--f')).toBe('--follow');
});

test('the command itself runs as a process and ends with the exit code', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [bin, 'version', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ node: process.versions.node });
  await expect(promisify(execFile)(process.execPath, [bin, 'rnu'])).rejects.toMatchObject({ code: 2 });
});

test('a process that was started in place of one on an older Node ends with that one', async () => {
  const words = ['api', 'queue', 'tasks', '--body', '-'];
  const env = { ...process.env, TASKCLUSTER_ROOT_URL: 'http://127.0.0.1:1', TASKCLUSTER_CLI_TETHER: '1' };
  const child = spawn(process.execPath, [bin, ...words], { env, stdio: ['pipe', 'ignore', 'inherit', 'pipe'] });
  const ended = once(child, 'exit');
  await once(child, 'spawn');
  (child.stdio[3] as Writable).destroy();
  expect(await ended).toEqual([null, 'SIGTERM']);
});
