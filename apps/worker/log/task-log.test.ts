import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTaskLog } from './task-log.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'worker-'));
  path = join(dir, 'log');
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const never = new AbortController().signal;

test('output and the words of the worker stay in order, the latter on lines of their own', async () => {
  const log = await openTaskLog(path);
  log.say('info', 'begin');
  void log.write(Buffer.from('no line break'));
  log.say('error', 'end');
  await log.finish();
  expect(await readFile(path, 'utf8')).toMatch(/^\[taskcluster [^\]]+\] begin\nno line break\n\[taskcluster:error\] end\n$/);
  expect(log.size).toBe((await readFile(path)).length);
  await log.close();
});

test('nothing is added to a log that is finished', async () => {
  const log = await openTaskLog(path);
  await log.write(Buffer.from('a'));
  await log.finish();
  await log.write(Buffer.from('b'));
  log.say('info', 'c');
  await log.close();
  expect(await readFile(path, 'utf8')).toBe('a');
});

test('readers are woken by growth and by the end, and read on although the file was deleted', async () => {
  const log = await openTaskLog(path);
  await log.write(Buffer.from('abc'));
  await unlink(path);
  await log.grown(2, never);
  const more = log.grown(3, never);
  void log.write(Buffer.from('def'));
  await more;
  expect((await log.read(2, 3)).toString()).toBe('cde');
  expect((await log.read(4, 100)).toString()).toBe('ef');
  expect(await log.read(6, 100)).toHaveLength(0);
  const end = log.grown(6, never);
  await log.finish();
  await end;
  expect(log.complete).toBe(true);
  await log.close();
});

test('waiting for growth ends with its signal', async () => {
  const log = await openTaskLog(path);
  const stop = new AbortController();
  const waiting = log.grown(0, stop.signal);
  stop.abort();
  await waiting;
  await log.close();
});

test('a log that cannot be written says so and does not throw', async () => {
  // The limit is 8 blocks of 512 or 1,024 bytes; without it only a full disk could do it.
  const script = `
    import { openTaskLog } from ${JSON.stringify(join(import.meta.dirname, 'task-log.ts'))};
    const log = await openTaskLog(process.argv[1]);
    await log.write(Buffer.alloc(1000));
    await log.write(Buffer.alloc(100_000));
    await log.write(Buffer.alloc(1000));
    await log.close();
    console.log(log.broken.reason.resolution);
  `;
  const run = promisify(execFile);
  const { stdout } = await run('/bin/sh', [
    '-c',
    'ulimit -f 8; exec "$0" "$@"',
    process.execPath,
    '--input-type=module',
    '-e',
    script,
    path,
  ]);
  expect(stdout).toBe('resource-unavailable\n');
});
