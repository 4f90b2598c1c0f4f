import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLog } from '@taskcluster/log';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeTasksDir } from '../folder/tasks-dir.ts';
import { killGroup } from './group.ts';
import { startGuard } from './guard.ts';
import { identityOf } from './identity.ts';
import { clearLeftovers } from './leftovers.ts';
import { taskProcesses } from './task-processes.ts';

let dir: string;
const started: number[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'worker-'));
});
afterEach(async () => {
  for (const group of started.splice(0)) killGroup(group);
  await rm(dir, { recursive: true, force: true });
});

const sleeper = (environment: Record<string, string> = {}): number => {
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore', env: { PATH: process.env.PATH ?? '', ...environment } });
  started.push(child.pid as number);
  return child.pid as number;
};
const lives = (pid: number) => identityOf(pid) !== undefined;
const until = async (condition: () => boolean) => {
  while (!condition()) await nextTurn();
};

test('a guard kills the groups that it watches, and only those, when it is left alone', async () => {
  const guard = startGuard(silentLog);
  const [first, second, third, fourth] = [sleeper(), sleeper(), sleeper(), sleeper()];
  for (const group of [first, second, third]) guard.watch(group);
  guard.forget(second);
  guard.forget(fourth);
  guard.close();
  await until(() => !lives(first) && !lives(third));
  expect([lives(second), lives(fourth)]).toEqual([true, true]);
});

test('commands do not outlive a worker that is killed without warning', async () => {
  const script = `
    import { spawn } from 'node:child_process';
    import { startGuard } from ${JSON.stringify(join(import.meta.dirname, 'guard.ts'))};
    const log = { warn() {} };
    const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    startGuard(log).watch(child.pid);
    console.log(child.pid);
    setInterval(() => {}, 1000);
  `;
  const worker = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(worker.stdout, 'data')) as [Buffer];
  const group = Number(line.toString());
  started.push(group);
  expect(lives(group)).toBe(true);
  worker.kill('SIGKILL');
  await until(() => !lives(group));
});

test('at the end of a task nothing of it is left', async () => {
  const guard = startGuard(silentLog);
  const processes = taskProcesses({ guard, workerFiles: dir });
  const groups = [sleeper(), sleeper()];
  for (const group of groups) processes.add(group);
  processes.end();
  await until(() => groups.every((group) => !lives(group)));
  guard.close();
});

test('the next worker kills what an earlier one left behind and removes its folders, and touches nothing else', async () => {
  const tasksDir = takeTasksDir(dir);
  const ours = join(tasksDir.path, 'task_a_0');
  for (const folder of [ours, join(tasksDir.runs, 'task_a_0'), join(dir, 'task_not_ours_0')]) await mkdir(folder);
  const [recorded, daemon, innocent] = [sleeper(), sleeper({ TASK_WORKDIR: ours }), sleeper()];
  await writeFile(
    join(tasksDir.runs, 'task_a_0', 'processes'),
    [`${recorded} ${identityOf(recorded)}`, `${innocent} another-process-that-had-its-number`, '1 ', 'nonsense', ''].join('\n'),
  );
  await clearLeftovers(tasksDir, { log: silentLog, cleanUpTaskDirs: true });
  await until(() => !lives(recorded));
  if (process.platform === 'linux') await until(() => !lives(daemon));
  expect(lives(innocent)).toBe(true);
  expect((await readdir(dir)).sort()).toEqual(['.worker', 'task_not_ours_0']);
  expect(await readdir(tasksDir.runs)).toEqual([]);
  tasksDir.release();
});
