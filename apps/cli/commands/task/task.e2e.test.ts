import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type CommandPlatform, openCommandPlatform } from '../../fixtures-platform.ts';

let p: CommandPlatform;
let taskId: string;
const script =
  'mkdir -p out/deep; printf "a\\0b" > data.bin; echo one > out/1.txt; echo two > out/deep/2.txt; [ "$RUN_ID" != 0 ] || exit 4';
beforeAll(async () => {
  p = await openCommandPlatform(inject('postgres'));
  const { out } = await p.run([
    'run',
    '--json',
    '--name',
    'makes things',
    '--artifact',
    'data.bin',
    '--artifact',
    'out/',
    '--',
    'bash',
    '-c',
    script,
  ]);
  ({ taskId } = JSON.parse(out) as { taskId: string });
});
afterAll(() => p.close());

test('the status has a line for each run, and a failed task ends with status 1', async () => {
  const { code, out } = await p.run(['task', 'status', taskId]);
  expect(code).toBe(1);
  expect(out).toMatch(/^failed\n0\tfailed\tfailed\tlocal\/test\t[\d.]+ s\n$/);
  const json = await p.run(['task', 'status', '--json', `${p.platform.rootUrl}/tasks/${taskId}`]);
  expect(JSON.parse(json.out)).toMatchObject({ taskId, state: 'failed' });
});

test('artifacts are listed, also those of a task that failed', async () => {
  const { out } = await p.run(['task', 'artifacts', taskId]);
  const names = out
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[0]);
  expect(names).toEqual([
    'public/data.bin',
    'public/logs/live.log',
    'public/logs/live_backing.log',
    'public/out/1.txt',
    'public/out/deep/2.txt',
  ]);
});

test('an artifact is downloaded to stdout or to a file, byte for byte', async () => {
  expect((await p.run(['task', 'artifact', taskId, 'public/data.bin'])).out).toBe('a\0b');
  const { code, out, err } = await p.run(['task', 'artifact', taskId, 'public/out/deep/2.txt', '-o', 'two.txt']);
  expect({ code, out }).toEqual({ code: 0, out: '' });
  expect(err).toContain('4 B');
  expect(await readFile(path.join(p.folder, 'two.txt'), 'utf8')).toBe('two\n');
  expect((await readdir(p.folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a download that cannot be written leaves nothing behind', async () => {
  const { code, err } = await p.run(['task', 'artifact', taskId, 'public/data.bin', '-o', 'no/such/folder']);
  expect(code).toBe(2);
  expect(err).toContain('cannot be written (ENOENT)');
});

test('what is not there is told with where to look', async () => {
  expect(await p.run(['task', 'artifact', taskId, 'public/x'])).toMatchObject({
    code: 2,
    err: expect.stringContaining(`taskcluster task artifacts ${taskId}`) as string,
  });
  expect(await p.run(['task', 'status', 'fN1SbArXTPSVFNUvaOlinQ'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('ResourceNotFound') as string,
  });
  expect(await p.run(['log', '--run', '7', taskId])).toMatchObject({
    code: 2,
    err: expect.stringContaining('It has runs 0 to 0.') as string,
  });
});

test('the definition is printed as JSON', async () => {
  const { out } = await p.run(['task', 'definition', taskId]);
  expect(JSON.parse(out)).toMatchObject({ taskQueueId: 'local/default', metadata: { name: 'makes things' } });
});

test('a rerun starts another run, whose log can be followed and whose predecessor keeps its own', async () => {
  expect((await p.run(['task', 'rerun', taskId])).out).toMatch(/^(pending|running)\n/);
  const { code, out } = await p.run(['log', '--follow', taskId]);
  expect(code).toBe(0);
  expect(out).toContain('Run ID: 1');
  expect((await p.run(['task', 'log', '--run', '0', taskId])).out).toContain('Run ID: 0');
  const again = await p.run(['task', 'cancel', taskId]);
  expect(again).toMatchObject({ code: 0, err: 'The task was over already (completed); nothing was changed.\n' });
});

test('without credentials, or with wrong ones, a command ends with status 3', async () => {
  const { TASKCLUSTER_ROOT_URL = '' } = p.env;
  const anonymous = await p.run(['task', 'cancel', taskId], { env: { TASKCLUSTER_ROOT_URL } });
  expect(anonymous.code).toBe(3);
  const token = 'x'.repeat(44);
  const wrong = await p.run(['task', 'cancel', taskId], { env: { ...p.env, TASKCLUSTER_ACCESS_TOKEN: token } });
  expect(wrong.code).toBe(3);
  expect(wrong.err).not.toContain(token);
});
