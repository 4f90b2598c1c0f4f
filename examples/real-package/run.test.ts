import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { silentLog } from '@taskcluster/log';
import { testPlatform, type TestPlatform } from '@taskcluster/server/testing';
import { type RunningWorker, startWorker } from '@taskcluster/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

// The example as a person runs it, with a package that is small enough: every task really fetches, tests, measures and reports.

const queue = 'test/example';
let platform: TestPlatform;
let worker: RunningWorker;
beforeAll(async () => {
  platform = await testPlatform(inject('postgres'));
  const { rootUrl, credentials, dataDir } = platform;
  const identity = { taskQueueId: queue, workerGroup: 'test', workerId: 'test' };
  worker = startWorker({ ...identity, rootUrl, credentials, capacity: 2, tasksDir: join(dataDir, 'tasks'), log: silentLog });
});
afterAll(async () => {
  await worker.stop();
  await platform.close();
});

test('a published package is fetched, tested, linted, measured and reported on by tasks', async () => {
  const { rootUrl, credentials } = platform;
  // Its benchmark takes a minute; the first eight seconds of it are as real.
  const checks = ['--lint', 'node --check index.js', '--benchmark', 'timeout 8 node perf/perf.js || [ $? -eq 124 ]'];
  const args = ['--package', 'left-pad', '--version', '1.3.0', '--queue', queue, ...checks];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run.ts'), ...args], {
    env: {
      ...process.env,
      TASKCLUSTER_ROOT_URL: rootUrl,
      TASKCLUSTER_CLIENT_ID: credentials.clientId,
      TASKCLUSTER_ACCESS_TOKEN: credentials.accessToken,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  expect([code, code === 0 ? '' : output]).toEqual([0, '']);

  const taskGroupId = /Task group (\S+)/.exec(output)?.[1] ?? '';
  const { tasks } = await platform.clients.queue.listTaskGroup({ taskGroupId });
  expect(tasks.map((t) => t.status.state)).toEqual(Array.from({ length: 5 }, () => 'completed'));
  const report = await (await fetch(/Report [^:]*: (\S+)/.exec(output)?.[1] ?? '')).text();
  for (const part of ['left-pad', '1.3.0', '# pass  35']) expect(report).toContain(part);
}, 1_200_000);
