import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { testPlatform, type TestPlatform } from '@taskcluster/server/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { openTestQueue, script, type TestQueue, until } from './fixture.ts';
import { identityOf } from './process/identity.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform(inject('postgres'), { TASK_CLAIM_TIMEOUT: '3s' });
});
afterAll(() => platform.close());

let q: TestQueue;
const workers: ChildProcess[] = [];
beforeEach(async () => {
  q = await openTestQueue(platform);
});
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  await q.close();
});

/** A worker in a process of its own, as the command line starts it. */
const spawnWorker = (environment: Record<string, string> = {}, capacity = 2) => {
  const { rootUrl, credentials } = platform;
  const main = JSON.stringify(join(import.meta.dirname, 'main.ts'));
  const code = `import { runWorker } from ${main}; process.exit(await runWorker(process.argv.slice(1)));`;
  const argv = [
    '--root-url',
    rootUrl,
    '--queue',
    q.taskQueueId,
    '--worker-id',
    'own',
    '--capacity',
    String(capacity),
    '--tasks-dir',
    join(q.dir, 'own'),
  ];
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, '--', ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      TASKCLUSTER_CLIENT_ID: credentials.clientId,
      TASKCLUSTER_ACCESS_TOKEN: credentials.accessToken,
      ...environment,
    },
  });
  workers.push(child);
  let notes = '';
  child.stderr.on('data', (bytes: Buffer) => {
    notes += bytes.toString();
  });
  return { child, notes: () => notes, exited: once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]> };
};
const gone = (pid: number) => until(() => (identityOf(pid) === undefined ? true : undefined));
const sleeper = (name: string) => script(`echo $$ > ${q.dir}/${name}-$RUN_ID; [ $RUN_ID = 0 ] || exit 0; sleep 1000`);

test('a signal makes the worker hand its tasks back and exit with 0', async () => {
  const { child, exited, notes } = spawnWorker();
  const taskId = await q.create(sleeper('pid'));
  const pid = await q.pidIn('pid-0');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(identityOf(pid)).toBeUndefined();
  expect(notes()).toContain('1 running task is handed back');
  expect(notes()).not.toContain(platform.credentials.accessToken);
  expect((await q.statusOf(taskId)).runs.map(({ state }) => state)).toEqual(['exception', 'pending']);
});

test('a worker without permission says so and exits with 3, one with a wrong option with 2', async () => {
  const refused = spawnWorker({ TASKCLUSTER_ACCESS_TOKEN: 'x'.repeat(44) });
  expect(await refused.exited).toEqual([3, null]);
  expect(refused.notes()).toContain('refuses to give tasks');
  const wrong = spawnWorker({ TASKCLUSTER_CLIENT_ID: '' });
  expect(await wrong.exited).toEqual([2, null]);
});

test('when a worker is killed nothing of its task goes on, the task is run again, and the next worker clears up', async () => {
  const { child, exited } = spawnWorker();
  const taskId = await q.create(sleeper('pid'));
  const pid = await q.pidIn('pid-0');
  child.kill('SIGKILL');
  await exited;
  await gone(pid);
  const folder = join(q.dir, 'own', `task_${taskId.slice(0, 13)}_0`);
  expect(existsSync(folder)).toBe(true);
  spawnWorker();
  expect(await q.outcome(taskId)).toBe('exception/claim-expired');
  expect(await q.outcome(taskId, 1)).toBe('completed/completed');
  expect(existsSync(folder)).toBe(false);
});

test('a worker that slept through the end of its claim stops working on the run and changes nothing about it', async () => {
  // With room for more it would be asking for work, and be given the next run in its sleep.
  const { child } = spawnWorker({}, 1);
  const taskId = await q.create(sleeper('pid'));
  const pid = await q.pidIn('pid-0');
  child.kill('SIGSTOP');
  expect(await q.outcome(taskId)).toBe('exception/claim-expired');
  q.start();
  expect(await q.outcome(taskId, 1)).toBe('completed/completed');
  expect(identityOf(pid)).toBeDefined();
  const before = await q.statusOf(taskId);
  child.kill('SIGCONT');
  await gone(pid);
  expect(await q.statusOf(taskId)).toEqual(before);
});
