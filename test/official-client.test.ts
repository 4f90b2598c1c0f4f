import { createHash, randomUUID } from 'node:crypto';
import { testPlatform, type TestPlatform } from '@taskcluster/server/testing';
import { startWorker } from '@taskcluster/worker';
import { silentLog } from '@taskcluster/log';
import { join } from 'node:path';
import { official as taskcluster, type OfficialQueue } from './official.ts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

// The official client knows nothing of this platform but the published API. It creates tasks that depend on each other, waits for
// them, and reads their logs and artifacts, while a worker runs them.

let platform: TestPlatform;
let worker: ReturnType<typeof startWorker>;
let queue: OfficialQueue;

beforeAll(async () => {
  platform = await testPlatform(inject('postgres'));
  const { rootUrl, credentials, dataDir } = platform;
  worker = startWorker({
    rootUrl,
    credentials,
    taskQueueId: 'official/client',
    workerGroup: 'test',
    workerId: 'test',
    capacity: 2,
    tasksDir: join(dataDir, 'tasks'),
    log: silentLog,
  });
  queue = new taskcluster.Queue({ rootUrl, credentials });
});
afterAll(async () => {
  await worker.stop();
  await platform.close();
});

const slugid = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');

const definition = (taskGroupId: string, script: string, more: object = {}) => ({
  taskQueueId: 'official/client',
  taskGroupId,
  created: taskcluster.fromNowJSON('0 seconds'),
  deadline: taskcluster.fromNowJSON('1 hour'),
  expires: taskcluster.fromNowJSON('1 day'),
  payload: {
    command: [['bash', '-c', script]],
    maxRunTime: 60,
    artifacts: [{ type: 'file', name: 'public/result.txt', path: 'result.txt' }],
  },
  metadata: { name: 'official', description: 'made by the official client', owner: 'tests@example.com', source: 'https://example.com' },
  ...more,
});

const resolved = new Set(['completed', 'failed', 'exception']);
const waitFor = async (taskId: string): Promise<string> => {
  for (;;) {
    const { status } = await queue.status(taskId);
    if (resolved.has(status.state)) return status.state;
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const download = async (url: string): Promise<string> => (await fetch(url)).text();

test('creates a task with a dependency, waits for it, and reads its log and artifacts', async () => {
  const [first, second] = [slugid(), slugid()];
  await queue.createTask(first, definition(first, 'echo one > result.txt; echo said by the first'));
  const created = await queue.createTask(
    second,
    definition(first, 'echo two > result.txt; echo said by the second', { dependencies: [first] }),
  );
  expect(created.status.state).toBe('unscheduled');
  expect([await waitFor(first), await waitFor(second)]).toEqual(['completed', 'completed']);

  const { artifacts } = await queue.listLatestArtifacts(second);
  expect(artifacts.map((a) => a.name)).toEqual(['public/logs/live.log', 'public/logs/live_backing.log', 'public/result.txt']);
  expect(await download(await queue.buildSignedUrl(queue.getLatestArtifact, second, 'public/result.txt'))).toBe('two\n');
  const log = await download(await queue.buildSignedUrl(queue.getLatestArtifact, second, 'public/logs/live.log'));
  expect(log).toContain('said by the second');

  const { tasks } = await queue.listTaskGroup(first);
  expect(tasks.map((t) => t.status.state)).toEqual(['completed', 'completed']);
  expect(await queue.task(second)).toMatchObject({
    dependencies: [first],
    provisionerId: 'official',
    workerType: 'client',
    priority: 'lowest',
  });
}, 60_000);

test('sees a failing task fail, and reruns it', async () => {
  const taskId = slugid();
  await queue.createTask(taskId, definition(taskId, 'echo no > result.txt; exit 3'));
  expect(await waitFor(taskId)).toBe('failed');
  const { status } = await queue.rerunTask(taskId);
  expect(status.runs[1]).toMatchObject({ reasonCreated: 'rerun' });
  expect(await waitFor(taskId)).toBe('failed');
}, 60_000);

test('works as a worker too: claims, reclaims, uploads an artifact and reports', async () => {
  const { rootUrl } = platform;
  const taskId = slugid();
  await queue.createTask(taskId, definition(taskId, '', { taskQueueId: 'official/worker' }));
  const { tasks } = await queue.claimWork('official/worker', { tasks: 1, workerGroup: 'g', workerId: 'w' });
  expect(tasks).toHaveLength(1);
  const claim = tasks[0];
  if (!claim) return;
  const own = new taskcluster.Queue({ rootUrl, credentials: claim.credentials });
  const { credentials } = await own.reclaimTask(taskId, 0);
  const renewed = new taskcluster.Queue({ rootUrl, credentials });
  const data = 'some bytes';
  const { putUrl } = await renewed.createArtifact(taskId, 0, 'public/data.bin', {
    storageType: 's3',
    contentType: 'application/octet-stream',
    expires: taskcluster.fromNowJSON('1 hour'),
  });
  const put = await fetch(putUrl, { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body: data });
  expect(put.status).toBe(200);
  expect((await renewed.reportCompleted(taskId, 0)).status.state).toBe('completed');
  const url = await queue.buildSignedUrl(queue.getArtifact, taskId, 0, 'public/data.bin');
  expect(
    createHash('sha256')
      .update(await download(url))
      .digest('hex'),
  ).toBe(createHash('sha256').update(data).digest('hex'));
});

test('limits itself: temporary credentials and authorized scopes', async () => {
  const { rootUrl, credentials } = platform;
  const taskId = slugid();
  await queue.createTask(taskId, definition(taskId, '', { taskQueueId: 'official/nobody' }));
  const limited = taskcluster.createTemporaryCredentials({
    credentials,
    clientId: 'someone/else',
    scopes: [`queue:status:${taskId}`],
    start: taskcluster.fromNow('0 seconds'),
    expiry: taskcluster.fromNow('1 hour'),
  });
  const reader = new taskcluster.Queue({ rootUrl, credentials: limited });
  expect((await reader.status(taskId)).status.state).toBe('pending');
  await expect(reader.task(taskId)).rejects.toMatchObject({ statusCode: 403, code: 'InsufficientScopes' });
  const narrowed = new taskcluster.Queue({ rootUrl, credentials, authorizedScopes: [`queue:get-task:${taskId}`] });
  expect((await narrowed.task(taskId)).metadata.name).toBe('official');
  await expect(narrowed.cancelTask(taskId)).rejects.toMatchObject({ statusCode: 403 });
});

test('a stranger with the wrong token is told nothing', async () => {
  const { rootUrl, credentials } = platform;
  const stranger = new taskcluster.Queue({ rootUrl, credentials: { ...credentials, accessToken: 'x'.repeat(44) }, retries: 0 });
  await expect(stranger.task(slugid())).rejects.toMatchObject({ statusCode: 401, code: 'AuthenticationFailed' });
});
