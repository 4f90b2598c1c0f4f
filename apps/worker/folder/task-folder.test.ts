import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeTree } from './remove.ts';
import { folderName, makeTaskFolder } from './task-folder.ts';
import { takeTasksDir } from './tasks-dir.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'worker-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('the name of a folder has at most 20 characters and tells runs apart', () => {
  expect(folderName('abcdefghijklmnopqrstuv', 0)).toBe('task_abcdefghijklm_0');
  expect(folderName('abcdefghijklmnopqrstuv', 1000)).toBe('task_abcdefghij_1000');
});

test('a task gets a folder that only its user can enter, empty even if there was one', async () => {
  const tasksDir = takeTasksDir(dir);
  await mkdir(join(dir, 'task_x_0'));
  await writeFile(join(dir, 'task_x_0', 'old'), '');
  const folder = await makeTaskFolder(tasksDir, 'task_x_0');
  expect(await readdir(folder.path)).toEqual(['generic-worker']);
  expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  await folder.remove(true);
  expect(await readdir(dir)).toEqual(['.worker']);
  tasksDir.release();
});

test('a folder that is kept is kept, and the notes about it are not', async () => {
  const tasksDir = takeTasksDir(dir);
  const folder = await makeTaskFolder(tasksDir, 'task_x_0');
  await folder.remove(false);
  expect(await readdir(dir)).toContain('task_x_0');
  expect(await readdir(tasksDir.runs)).toEqual([]);
});

test('read-only folders are removed too', async () => {
  const deep = join(dir, 'a', 'b');
  await mkdir(deep, { recursive: true });
  await writeFile(join(deep, 'file'), '');
  await chmod(deep, 0o500);
  await chmod(join(dir, 'a'), 0o500);
  await removeTree(join(dir, 'a'));
  expect(await readdir(dir)).toEqual([]);
  await removeTree(join(dir, 'a'));
});

test('two workers cannot share a folder, and one that is gone does not block it', async () => {
  const first = takeTasksDir(dir);
  expect(() => takeTasksDir(dir)).toThrow(/Another worker/);
  first.release();
  takeTasksDir(dir).release();
  await writeFile(join(dir, '.worker', 'lock'), `${process.pid} an-earlier-process-of-that-number`);
  takeTasksDir(dir).release();
});
