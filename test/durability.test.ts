import { http } from '@taskcluster/client';
import { queue as contract } from '@taskcluster/contracts';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort, startUp, type UpProcess } from './up-process.ts';

const slugid = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
const taskQueueId = 'test/durability';
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const definition = () => ({
  taskQueueId,
  schedulerId: '-',
  projectId: 'none',
  created: inHours(0),
  deadline: inHours(2),
  expires: inHours(24),
  dependencies: [],
  requires: 'all-completed' as const,
  routes: [],
  priority: 'lowest' as const,
  retries: 5,
  scopes: [],
  payload: {},
  metadata: { name: 'durable', description: '', owner: 'tests@example.com', source: 'https://example.com' },
  tags: {},
  extra: {},
});

let dataDir: string;
let running: UpProcess[];
const up = async (options: Partial<Parameters<typeof startUp>[0]> = {}) => {
  const process = await startUp({ dataDir, port: await freePort(), args: ['--no-worker'], ...options });
  running.push(process);
  return process;
};
const clientOf = ({ rootUrl, credentials }: UpProcess) => http(contract, { rootUrl, credentials });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskcluster-durability-'));
  running = [];
});
afterEach(async () => {
  for (const process of running) await process.kill().catch(() => {});
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

test('every task that was acknowledged before a kill -9 is there after the restart, and can be run', async () => {
  const first = await up();
  const { createTask } = clientOf(first);
  const acknowledged = new Set<string>();
  const total = 1_000;
  let sent = 0;
  let killed: Promise<void> | undefined;
  const sender = async () => {
    while (sent < total && !killed) {
      sent++;
      const taskId = slugid();
      await createTask({ taskId }, definition(), { retries: 0 }).then(
        () => acknowledged.add(taskId),
        () => {},
      );
      if (acknowledged.size >= total / 2) killed ??= first.kill();
    }
  };
  await Promise.all(Array.from({ length: 16 }, sender));
  await killed;
  expect(acknowledged.size).toBeGreaterThanOrEqual(total / 2);
  expect(acknowledged.size).toBeLessThan(total);

  const second = await up();
  const queue = clientOf(second);
  const completed = new Set<string>();
  for (;;) {
    const left = (await queue.pendingTasks({ taskQueueId })).pendingTasks;
    if (left === 0) break;
    const { tasks } = await queue.claimWork({ taskQueueId }, { tasks: 32, workerGroup: 'g', workerId: 'w' });
    await Promise.all(
      tasks.map(async ({ status: { taskId }, runId, credentials }) => {
        const { status } = await http(contract, { rootUrl: second.rootUrl, credentials }).reportCompleted({ taskId, runId: String(runId) });
        if (status.state === 'completed') completed.add(taskId);
      }),
    );
  }
  expect([...acknowledged].filter((taskId) => !completed.has(taskId))).toEqual([]);
  expect(await second.stop()).toBe(0);
}, 60_000);

test('a task that was running at a kill -9 is retried at the next start, without waiting for the end of its claim', async () => {
  const first = await up({ args: [] });
  const taskId = slugid();
  const payload = { command: [['bash', '-c', '[ "$RUN_ID" = 1 ] || sleep 600']], maxRunTime: 700 };
  await clientOf(first).createTask({ taskId }, { ...definition(), taskQueueId: 'local/default', payload });
  const stateOf = async (process: UpProcess) => (await clientOf(process).status({ taskId })).status;
  while ((await stateOf(first)).state !== 'running');
  await first.kill();

  const second = await up({ args: [] });
  while (['running', 'pending'].includes((await stateOf(second)).state));
  const { runs } = await stateOf(second);
  expect(runs.map((r) => r.reasonResolved)).toEqual(['worker-shutdown', 'completed']);
  expect(await second.stop()).toBe(0);
}, 60_000);

describe('starting', () => {
  test('credentials are private, and stay the same', async () => {
    const first = await up();
    expect((await stat(join(dataDir, 'credentials.env'))).mode & 0o777).toBe(0o600);
    expect(await first.stop()).toBe(0);
    const second = await up();
    expect(second.credentials).toEqual(first.credentials);
    expect(second.credentials.accessToken).toMatch(/^[\w-]{44}$/);
  });

  test('a second start on the same data folder is refused, and the first goes on', async () => {
    const first = await up();
    await expect(up()).rejects.toThrow(/in use|already|another/i);
    expect((await fetch(`${first.rootUrl}/api/queue/v1/ping`)).status).toBe(200);
  });

  test('a port that is taken is named, and the database is stopped again', async () => {
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    try {
      await expect(up({ port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    } finally {
      taken.close();
    }
    await (await up()).stop();
  });

  test('a data folder that cannot be written to is named', async () => {
    const file = join(dataDir, 'file');
    await rm(file, { force: true });
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, '');
    await chmod(file, 0o600);
    await expect(up({ dataDir: join(file, 'data') })).rejects.toThrow(/data folder .* cannot be/);
    await expect(up({ dataDir: '/proc/taskcluster' })).rejects.toThrow(/data folder .* cannot be/);
  });

  test('a database that cannot be reached is named', async () => {
    const port = await freePort();
    await expect(up({ env: { DATABASE_URL: `postgresql://user:sesame@127.0.0.1:${port}/db` } })).rejects.toThrow(
      /database of DATABASE_URL cannot be reached/,
    );
    await expect(up({ env: { DATABASE_URL: `postgresql://user:sesame@127.0.0.1:${port}/db` } })).rejects.not.toThrow(/sesame/);
  });

  test('mistakes in the configuration are named all at once', async () => {
    await expect(up({ env: { TASK_CLAIM_TIMEOUT: 'soon', DEADLINE_DELAY: '-1' } })).rejects.toThrow(
      /TASK_CLAIM_TIMEOUT[\s\S]*DEADLINE_DELAY|DEADLINE_DELAY[\s\S]*TASK_CLAIM_TIMEOUT/,
    );
  });
});
