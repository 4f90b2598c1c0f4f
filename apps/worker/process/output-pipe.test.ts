import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTaskLog } from '../log/task-log.ts';
import { openOutputPipe, type OutputPipe } from './output-pipe.ts';
import { openPipeFiles } from './pipe-files.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'worker-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const shell = (script: string, { fd }: OutputPipe) => spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', fd, fd] });
const collecting = async () => {
  const pieces: Uint8Array[] = [];
  const pipe = openOutputPipe(await (await openPipeFiles(join(dir, 'pipes'))).take(), async (bytes) => void pieces.push(bytes));
  return { pipe, text: () => Buffer.concat(pieces).toString() };
};

test('standard output and standard error come through in the order in which they were written', async () => {
  const { pipe, text } = await collecting();
  await once(shell('for i in 1 2 3; do echo out$i; echo err$i >&2; done', pipe), 'exit');
  await pipe.drained();
  expect(text()).toBe('out1\nerr1\nout2\nerr2\nout3\nerr3\n');
  await pipe.close();
});

test('a script can open its output by name', async () => {
  const { pipe, text } = await collecting();
  await once(shell('echo a > /dev/stderr; echo b | tee /dev/stderr', pipe), 'exit');
  await pipe.drained();
  expect(text()).toBe('a\nb\nb\n');
  await pipe.close();
});

test('a process that was left behind with the pipe does not hold anybody up', async () => {
  const { pipe, text } = await collecting();
  const child = shell('(while ! [ -e go ]; do sleep 0.01; done; echo late; touch said) & echo now', pipe);
  await once(child, 'exit');
  await pipe.drained();
  expect(text()).toBe('now\n');
  await pipe.close();
  process.kill(-(child.pid as number), 'SIGKILL');
});

test('a process that never stops writing does not hold anybody up', async () => {
  const { pipe, text } = await collecting();
  const child = shell('yes & echo end; sleep 0.05', pipe);
  await once(child, 'exit');
  await pipe.drained();
  expect(text()).toContain('end\n');
  process.kill(-(child.pid as number), 'SIGKILL');
  await pipe.close();
});

test('when the sink is slow the writers are held up, and memory stays bounded', async () => {
  let waiting = 0;
  let most = 0;
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let received = 0;
  const pipe = openOutputPipe(await (await openPipeFiles(join(dir, 'pipes'))).take(), async (bytes) => {
    waiting += bytes.length;
    most = Math.max(most, waiting);
    await gate;
    waiting -= bytes.length;
    received += bytes.length;
  });
  const child = shell('head -c 20000000 /dev/zero', pipe);
  const exited = once(child, 'exit');
  const isFull = () => waiting >= 1 << 20;
  while (!isFull()) await nextTurn();
  for (let i = 0; i < 100; i++) await nextTurn();
  expect(child.exitCode).toBeNull();
  open();
  await exited;
  await pipe.drained();
  expect(received).toBe(20_000_000);
  expect(most).toBeLessThan(2 << 20);
  await pipe.close();
});

test('a million lines reach the log file, none lost and none out of place', async () => {
  const log = await openTaskLog(join(dir, 'log'));
  const pipe = openOutputPipe(await (await openPipeFiles(join(dir, 'pipes'))).take(), (bytes) => log.write(bytes));
  await once(shell('seq 1 500000; seq 500001 1000000 >&2', pipe), 'exit');
  await pipe.drained();
  await log.finish();
  const lines = (await readFile(join(dir, 'log'), 'utf8')).split('\n');
  expect(lines).toHaveLength(1_000_001);
  expect(lines.every((line, index) => line === (index === 1_000_000 ? '' : String(index + 1)))).toBe(true);
  await pipe.close();
  await log.close();
});

test('a pipe can be closed twice', async () => {
  const { pipe } = await collecting();
  await pipe.close();
  await pipe.close();
});

test('pipes are used again, unless a process that was left behind still has one open', async () => {
  const files = await openPipeFiles(join(dir, 'pipes'));
  const path = await files.take();
  const first = openOutputPipe(path, async () => {});
  await once(shell('echo unread', first), 'exit');
  await first.close();
  files.give(path);
  expect(await files.take()).toBe(path);
  const second = openOutputPipe(path, async () => {});
  const child = shell('trap "" PIPE; sleep 1000 & echo', second);
  await once(child, 'exit');
  await second.close();
  files.give(path);
  expect(await files.take()).not.toBe(path);
  expect(await readdir(join(dir, 'pipes'))).toHaveLength(1);
  process.kill(-(child.pid as number), 'SIGKILL');
});
