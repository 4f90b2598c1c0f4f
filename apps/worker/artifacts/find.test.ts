import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlannedArtifact } from '../task/payload.ts';
import { candidates, nameInDirectory } from './find.ts';

let base: string;
let folder: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'worker-'));
  folder = join(base, 'task');
  await mkdir(folder);
  await writeFile(join(base, 'secret'), 'of the worker');
});
afterEach(() => rm(base, { recursive: true, force: true }));

const rest = { optional: false, expires: '2030-01-01T00:00:00.000Z', contentType: undefined, contentEncoding: undefined };
const planned = (type: 'file' | 'directory', path: string, name = path): PlannedArtifact => ({ type, path, name, ...rest });

/** By name, the content of each artifact, or why there is none. */
const found = async (...artifacts: PlannedArtifact[]): Promise<Record<string, string>> => {
  const all: Record<string, string> = {};
  for await (const { name, open } of candidates(artifacts, folder)) {
    const opened = await open();
    if ('reason' in opened) {
      all[name] = opened.reason;
      continue;
    }
    all[name] = (await opened.file.readFile()).toString();
    expect(opened.size).toBe(all[name].length);
    await opened.file.close();
  }
  return all;
};

const missing = 'file-missing-on-worker';
const invalid = 'invalid-resource-on-worker';

test('a file is found by its relative or its absolute path', async () => {
  await mkdir(join(folder, 'out'));
  await writeFile(join(folder, 'out', 'a.txt'), 'hello');
  expect(await found(planned('file', './out/a.txt'))).toEqual({ 'out/a.txt': 'hello' });
  expect(await found(planned('file', join(folder, 'out/a.txt'), 'x'))).toEqual({ x: 'hello' });
  expect(await found(planned('file', 'out/../out/a.txt', 'x'))).toEqual({ x: 'hello' });
});

test('a directory gives one artifact for each file in it, and none for empty directories', async () => {
  await mkdir(join(folder, 'out', 'deep', 'empty'), { recursive: true });
  await writeFile(join(folder, 'out', 'a'), 'A');
  await writeFile(join(folder, 'out', 'deep', 'b c'), 'B');
  expect(await found(planned('directory', 'out', 'public/build/'))).toEqual({ 'public/build/a': 'A', 'public/build/deep/b c': 'B' });
  expect(await found(planned('directory', '.'))).toEqual({ 'out/a': 'A', 'out/deep/b c': 'B' });
  expect(await found(planned('directory', 'out/deep/empty'))).toEqual({});
});

test('names in a directory', () => {
  expect([nameInDirectory('', 'a/b'), nameInDirectory('.', 'a'), nameInDirectory('./x/', 'a'), nameInDirectory('x', '')]).toEqual([
    'a/b',
    'a',
    'x/a',
    'x',
  ]);
});

test('what is not there, and what is of the other kind, is said so', async () => {
  await mkdir(join(folder, 'dir'));
  await writeFile(join(folder, 'file'), '');
  expect(await found(planned('file', 'no'), planned('directory', 'none'), planned('file', 'file/below'))).toEqual({
    no: missing,
    none: missing,
    'file/below': missing,
  });
  expect(await found(planned('file', 'dir'), planned('directory', 'file'))).toEqual({ dir: invalid, file: invalid });
});

test('nothing leads out of the folder of the task but an absolute path in the payload', async () => {
  await mkdir(join(folder, 'out'));
  await symlink(join(base, 'secret'), join(folder, 'out', 'link'));
  await symlink('../../secret', join(folder, 'out', 'relative'));
  await symlink(base, join(folder, 'outside'));
  await symlink('loop', join(folder, 'loop'));
  const refused = [
    planned('file', 'out/link'),
    planned('file', 'outside/secret'),
    planned('directory', 'outside'),
    planned('file', '../secret'),
    planned('file', 'loop'),
  ];
  for (const artifact of refused) expect(Object.values(await found(artifact))).toEqual([invalid]);
  expect(await found(planned('directory', 'out'))).toEqual({ 'out/link': invalid, 'out/relative': invalid });
  expect(await found(planned('file', join(base, 'secret'), 'x'))).toEqual({ x: 'of the worker' });
  expect(await found(planned('file', join(folder, 'out/link'), 'x'))).toEqual({ x: invalid });
});

test('a folder elsewhere that the payload names is itself the limit', async () => {
  const elsewhere = join(base, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'a'), 'A');
  await symlink(join(base, 'secret'), join(elsewhere, 'link'));
  expect(await found(planned('directory', elsewhere, 'x'))).toEqual({ 'x/a': 'A', 'x/link': invalid });
});

test('symbolic links within the folder are followed to files, and not to directories', async () => {
  await mkdir(join(folder, 'out', 'deep'), { recursive: true });
  await writeFile(join(folder, 'a'), 'A');
  await symlink('../a', join(folder, 'out', 'link'));
  await symlink('..', join(folder, 'out', 'deep', 'up'));
  await symlink('nowhere', join(folder, 'out', 'dangling'));
  expect(await found(planned('directory', 'out'))).toEqual({ 'out/link': 'A', 'out/deep/up': invalid, 'out/dangling': missing });
});

test('named pipes, sockets and devices are refused at once instead of being waited for', async () => {
  const out = join(folder, 'out');
  await mkdir(out);
  execFileSync('mkfifo', [join(out, 'fifo')]);
  await symlink('/dev/zero', join(out, 'device'));
  const server = createServer().listen(join(out, 'socket'));
  await once(server, 'listening');
  expect(await found(planned('directory', 'out'))).toEqual({ 'out/fifo': invalid, 'out/device': invalid, 'out/socket': invalid });
  expect(await found(planned('file', '/dev/zero', 'x'))).toEqual({ x: invalid });
  server.close();
});

test('a hard link is a file like any other', async () => {
  await writeFile(join(folder, 'a'), 'A');
  await link(join(folder, 'a'), join(folder, 'b'));
  expect(await found(planned('file', 'b'))).toEqual({ b: 'A' });
});

/** Root may read everything: for what depends on permissions, this process is somebody else for a while. */
const asNobody = async <T>(work: () => Promise<T>): Promise<T> => {
  if (process.geteuid?.() !== 0) return work();
  await chmod(base, 0o755);
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
};

test('what may not be read is said so', async () => {
  await mkdir(join(folder, 'closed'));
  await writeFile(join(folder, 'a'), 'A');
  await chmod(join(folder, 'a'), 0);
  await chmod(join(folder, 'closed'), 0);
  expect(await asNobody(() => found(planned('file', 'a'), planned('directory', 'closed')))).toEqual({
    a: 'file-not-readable-on-worker',
    closed: 'file-not-readable-on-worker',
  });
});

test('the folder of the task may itself be behind a symbolic link', async () => {
  await writeFile(join(folder, 'a'), 'A');
  await symlink(folder, join(base, 'alias'));
  const real = await realpath(folder);
  folder = join(base, 'alias');
  expect(await found(planned('file', 'a'), planned('file', join(folder, 'a'), 'x'), planned('file', join(real, 'a'), 'y'))).toEqual({
    a: 'A',
    x: 'A',
    y: 'A',
  });
});
