import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Log, silentLog } from '@taskcluster/log';
import { testPlatform, type TestPlatform } from '@taskcluster/server/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { openTestQueue, script, type TestQueue, until } from '../fixture.ts';
import type { RunningWorker } from '../options.ts';
import { identityOf } from '../process/identity.ts';
import { startWorkerProcess } from './start.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform(inject('postgres'), { TASK_CLAIM_TIMEOUT: '3s' });
});
afterAll(() => platform.close());

let q: TestQueue;
const workers: RunningWorker[] = [];
beforeEach(async () => {
  q = await openTestQueue(platform);
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await q.close();
});

const settingsOf = () => ({
  rootUrl: platform.rootUrl,
  credentials: platform.credentials,
  taskQueueId: q.taskQueueId,
  workerGroup: 'here',
  workerId: 'w1',
  capacity: 1,
  tasksDir: join(q.dir, 'tasks'),
});
const start = (log: Log = silentLog): RunningWorker => {
  const worker = startWorkerProcess({ ...settingsOf(), environment: { PATH: process.env.PATH, SECRET_SAUCE: 'x' }, log });
  workers.push(worker);
  return worker;
};
const lines: string[] = [];
const collecting: Log = {
  ...silentLog,
  info: (_, message) => void lines.push(message),
  error: (_, message) => void lines.push(message),
  child: () => collecting,
};
const gone = (pid: number) => until(() => (identityOf(pid) === undefined ? true : undefined));
const parentOf = (pid: number) => Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

test('a worker in a process of its own runs tasks, tells what it does, and stops when it is told', async () => {
  const worker = start(collecting);
  const first = await q.create(script('echo "sauce: $SECRET_SAUCE."'));
  expect(await q.outcome(first)).toBe('completed/completed');
  expect(await q.logOf(first)).toContain('\nsauce: .\n');
  const second = await q.create(script(`echo $$ > ${q.dir}/pid; sleep 1000`));
  const pid = await q.pidIn('pid');
  await until(() => (worker.status().running.includes(second) ? true : undefined));
  await worker.stop();
  expect(identityOf(pid)).toBeUndefined();
  expect(worker.status().running).toEqual([]);
  expect((await q.statusOf(second)).runs[0]?.reasonResolved).toBe('worker-shutdown');
  expect(lines).toContain('claimed a task');
});

test.runIf(process.platform === 'linux')('a process that dies is started again, and its task is run again', async () => {
  start(collecting);
  const taskId = await q.create(script(`echo $$ > ${q.dir}/pid-$RUN_ID; [ $RUN_ID = 0 ] || exit 0; sleep 1000`));
  const pid = await q.pidIn('pid-0');
  process.kill(parentOf(pid), 'SIGKILL');
  await gone(pid);
  expect(await q.outcome(taskId, 1)).toBe('completed/completed');
  expect(lines).toContain('the process of the worker has ended and will be started again');
});

test.runIf(process.platform === 'linux')('a worker does not outlive the process that started it, and neither do its commands', async () => {
  const code = `
    import { startWorkerProcess } from ${JSON.stringify(join(import.meta.dirname, 'start.ts'))};
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    startWorkerProcess({ ...JSON.parse(process.argv[1]), log });
  `;
  const server = spawn(process.execPath, ['--input-type=module', '-e', code, '--', JSON.stringify(settingsOf())], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await q.create(script(`echo $$ > ${q.dir}/pid; sleep 1000`));
  const pid = await q.pidIn('pid');
  const worker = parentOf(pid);
  server.kill('SIGKILL');
  await once(server, 'exit');
  await Promise.all([gone(pid), gone(worker)]);
  expect(existsSync(join(q.dir, 'tasks', '.worker'))).toBe(true);
});
