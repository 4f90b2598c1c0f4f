import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTemporaryCredentials } from '@taskcluster/client';
import { type Log, silentLog } from '@taskcluster/log';
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
beforeEach(async () => {
  q = await openTestQueue(platform);
});
afterEach(() => q.close());

test('a task runs, its files become artifacts, its log is kept, and nothing of it is left on the disk', async () => {
  q.start();
  const taskId = await q.create({
    command: [
      [
        '/bin/sh',
        '-c',
        'echo "hello $NAME"; mkdir -p out/deep; echo A > out/a.txt; echo "{}" > out/deep/b.json; head -c 400000 /dev/urandom > big.bin',
      ],
      ['/bin/sh', '-c', 'echo "$TASK_ID/$RUN_ID"; echo "token: $TASKCLUSTER_ACCESS_TOKEN."; pwd; echo oops >&2'],
    ],
    env: { NAME: 'world' },
    artifacts: [
      { type: 'directory', path: 'out', name: 'public/build' },
      { type: 'file', path: 'big.bin', name: 'private/big', contentEncoding: 'identity', contentType: 'x/y' },
      { type: 'file', path: 'missing', name: 'public/missing', optional: true },
    ],
  });
  expect(await q.outcome(taskId)).toBe('completed/completed');
  const found = await q.artifacts(taskId);
  expect(Object.entries(found).map(([name, { storageType, contentType }]) => [name, storageType, contentType])).toEqual([
    ['private/big', 's3', 'x/y'],
    ['public/build/a.txt', 's3', 'text/plain'],
    ['public/build/deep/b.json', 's3', 'application/json'],
    ['public/logs/live.log', 'link', 'text/plain'],
    ['public/logs/live_backing.log', 's3', 'text/plain; charset=utf-8'],
    ['public/missing', 'error', expect.any(String)],
  ]);
  const { expires } = await q.statusOf(taskId);
  expect(new Set(Object.values(found).map((artifact) => artifact.expires))).toEqual(new Set([expires]));
  expect(await q.textOf(taskId, 'public/build/deep/b.json')).toBe('{}\n');
  expect((await (await q.fetchArtifact(taskId, 'private/big')).arrayBuffer()).byteLength).toBe(400_000);
  const log = await q.textOf(taskId, 'public/logs/live.log');
  expect(log).toMatch(
    /settings:[^]*Task ID: [^]*=== Task Starting ===[^]*Executing command 0: [^]*\nhello world\n[^]*Exit Code: 0[^]*Result: SUCCEEDED/,
  );
  expect(log).toContain(`\n${taskId}/0\ntoken: .\n${join(q.dir, 'tasks')}/task_${taskId.slice(0, 13)}_0\noops\n`);
  expect(log).toMatch(/=== Task Finished ===\n\[[^\]]+\] Task Duration: [\d.]+s\n$/);
  expect(await q.logOf(taskId)).toBe(log);
  await until(async () => ((await readdir(join(q.dir, 'tasks'))).length === 1 ? true : undefined));
});

test('a command that fails ends the task, the next one is not run, and artifacts are still there', async () => {
  q.start();
  const taskId = await q.create({
    command: [
      ['/bin/sh', '-c', 'echo kept > a; exit 3'],
      ['touch', join(q.dir, 'second')],
    ],
    artifacts: [{ type: 'file', path: 'a', name: 'public/a' }],
  });
  expect(await q.outcome(taskId)).toBe('failed/failed');
  expect(await q.textOf(taskId, 'public/a')).toBe('kept\n');
  expect(await q.logOf(taskId)).toMatch(/Exit Code: 3[^]*Result: FAILED[^]*\[taskcluster:error\] Command 0 ended with exit code 3\.\n$/);
  expect(existsSync(join(q.dir, 'second'))).toBe(false);
});

test('each way to fail has its resolution', async () => {
  q.start({ capacity: 8 });
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const cases = {
    'failed/failed': [{ command: [['/no/such/program']] }, { ...script('true'), artifacts: [{ type: 'file', path: 'missing' }] }],
    'exception/malformed-payload': [
      { command: 'true' },
      { ...script('true'), features: { taskclusterProxy: true } },
      { ...script('true'), maxRunTime: 1_000_000 },
      { ...script('true'), artifacts: [{ type: 'file', path: 'a', expires: at(400) }] },
    ],
    'exception/intermittent-task': [{ ...script('exit 9'), onExitStatus: { retry: [9] } }],
  };
  for (const [expected, payloads] of Object.entries(cases)) {
    for (const payload of payloads) {
      const taskId = await q.create(payload);
      expect(await q.outcome(taskId), JSON.stringify(payload)).toBe(expected);
      expect(await q.logOf(taskId)).toContain('[taskcluster:error] ');
      expect((await q.artifacts(taskId))['public/logs/live.log']?.storageType).toBe('link');
    }
  }
});

test('the log of a task with a malformed payload explains it', async () => {
  q.start();
  const taskId = await q.create({ ...script('true'), color: 'red' });
  expect(await q.outcome(taskId)).toBe('exception/malformed-payload');
  expect(await q.logOf(taskId)).toMatch(
    /The schema of the payload is: [^]*"maxRunTime"[^]*\[taskcluster:error\] {3}\/ has a property that is not known: "color"\n$/,
  );
});

test('two artifacts that contradict each other make the payload malformed', async () => {
  q.start();
  const taskId = await q.create({
    ...script('echo a > a'),
    artifacts: [
      { type: 'file', path: 'a', name: 'public/x', contentType: 'text/plain' },
      { type: 'file', path: 'a', name: 'public/x', contentType: 'text/html' },
    ],
  });
  expect(await q.outcome(taskId)).toBe('exception/malformed-payload');
});

test('a missing artifact is recorded with its reason', async () => {
  q.start();
  const taskId = await q.create({
    ...script('mkfifo pipe'),
    artifacts: [
      { type: 'file', path: 'a' },
      { type: 'file', path: 'pipe' },
    ],
  });
  expect(await q.outcome(taskId)).toBe('failed/failed');
  const reasonOf = async (name: string) => {
    const content = await platform.clients.queue.artifact({ taskId, runId: '0', name });
    return content.storageType === 'error' ? content.reason : content.storageType;
  };
  expect(await reasonOf('a')).toBe('file-missing-on-worker');
  expect(await reasonOf('pipe')).toBe('invalid-resource-on-worker');
});

test('the log can be followed while the task runs', async () => {
  q.start();
  const taskId = await q.create(script(`echo first; while ! [ -e ${q.dir}/go ]; do sleep 0.02; done; seq 1 50000; echo last`));
  const url = await until(async () => {
    const artifact = await platform.clients.queue.artifact({ taskId, runId: '0', name: 'public/logs/live.log' }).catch(() => undefined);
    return artifact?.storageType === 'reference' ? artifact.url : undefined;
  });
  const response = await until(async () => {
    const answer = await fetch(url);
    return answer.ok ? answer : undefined;
  });
  let text = '';
  for await (const part of response.body ?? []) {
    text += Buffer.from(part).toString();
    if (text.includes('first\n')) await writeFile(join(q.dir, 'go'), '');
  }
  expect(await q.outcome(taskId)).toBe('completed/completed');
  expect(text).toBe(await q.logOf(taskId));
  expect(text).toContain('\n50000\nlast\n');
});

test('a task that runs for too long is killed and fails', async () => {
  q.start();
  const taskId = await q.create({ ...script(`echo $$ > ${q.dir}/pid; echo before; sleep 1000; echo after`), maxRunTime: 1 });
  expect(await q.outcome(taskId)).toBe('failed/failed');
  expect(await q.logOf(taskId)).toMatch(
    /\nbefore\n[^]*Aborting task\.\.\.[^]*Exit Code: -4[^]*Result: ABORTED[^]*\[taskcluster:error\] task aborted - max run time exceeded/,
  );
  expect(identityOf(await q.pidIn('pid'))).toBeUndefined();
});

test('a canceled task is killed without waiting for a reclaim, and its log is kept', async () => {
  const worker = q.start({ settings: { reclaimBeforeMs: 0 } });
  const taskId = await q.create(script(`echo $$ > ${q.dir}/pid; sleep 1000`));
  const pid = await q.pidIn('pid');
  await platform.clients.queue.cancelTask({ taskId });
  await until(() => (identityOf(pid) === undefined ? true : undefined));
  await until(() => (worker.status().running.length === 0 ? true : undefined));
  expect(await q.outcome(taskId)).toBe('exception/canceled');
  expect(await q.logOf(taskId)).toContain('[taskcluster:error] task aborted - canceled\n');
});

test('a worker that may not listen to events learns of a cancellation from its own run, without waiting for a reclaim', async () => {
  const scopes = [`queue:claim-work:${q.taskQueueId}`, 'queue:worker-id:here/*'];
  const credentials = createTemporaryCredentials({
    credentials: platform.credentials,
    scopes,
    start: new Date(),
    expiry: new Date(Date.now() + 3_600_000),
  });
  q.start({ credentials, settings: { reclaimBeforeMs: 0 } });
  const taskId = await q.create(script(`echo $$ > ${q.dir}/pid; sleep 1000`));
  const pid = await q.pidIn('pid');
  await platform.clients.queue.cancelTask({ taskId });
  await until(() => (identityOf(pid) === undefined ? true : undefined));
});

test('a task that lasts longer than its claim keeps it', async () => {
  q.start();
  const taskId = await q.create({ ...script('sleep 4; echo x > x'), artifacts: [{ type: 'file', path: 'x' }] });
  expect(await q.outcome(taskId)).toBe('completed/completed');
  expect((await q.statusOf(taskId)).runs).toHaveLength(1);
});

test('a worker that is stopped gives its tasks back, and kills them', async () => {
  const worker = q.start();
  const taskId = await q.create(script(`echo $$ > ${q.dir}/pid; sleep 1000`));
  const pid = await q.pidIn('pid');
  expect(worker.status().running).toEqual([taskId]);
  await worker.stop();
  expect(identityOf(pid)).toBeUndefined();
  const { runs } = await q.statusOf(taskId);
  expect(runs.map(({ state, reasonResolved }) => [state, reasonResolved])).toEqual([
    ['exception', 'worker-shutdown'],
    ['pending', undefined],
  ]);
  expect(await q.logOf(taskId)).toContain('graceful termination requested');
});

test('a worker that may finish its tasks takes no new ones', async () => {
  const worker = q.start({ capacity: 2 });
  const taskId = await q.create(script(`echo $$ > ${q.dir}/pid; while ! [ -e ${q.dir}/go ]; do sleep 0.02; done`));
  await q.pidIn('pid');
  const stopped = worker.stop({ finishTasks: true });
  const second = await q.create(script('true'));
  await writeFile(join(q.dir, 'go'), '');
  await stopped;
  expect((await q.statusOf(taskId)).state).toBe('completed');
  expect((await q.statusOf(second)).state).toBe('pending');
});

test('a worker runs as many tasks at a time as it has room for, and the next one as soon as one ends', async () => {
  const worker = q.start({ capacity: 2 });
  const meeting = (me: string, other: string) => script(`touch ${q.dir}/${me}; while ! [ -e ${q.dir}/${other} ]; do sleep 0.02; done`);
  const tasks = await Promise.all([q.create(meeting('a', 'b')), q.create(meeting('b', 'a')), q.create(script('true'))]);
  for (const taskId of tasks) expect(await q.outcome(taskId)).toBe('completed/completed');
  await until(() => (worker.status().running.length === 0 ? true : undefined));
});

test('a task that breaks its own folder harms no other', async () => {
  q.start();
  const broken = await q.create({ ...script('cd /; rm -rf "$TASK_WORKDIR"'), artifacts: [{ type: 'file', path: 'a' }] });
  const after = await q.create(script('echo fine'));
  expect(await q.outcome(broken)).toBe('failed/failed');
  expect(await q.logOf(broken)).toContain('Result: SUCCEEDED');
  expect(await q.outcome(after)).toBe('completed/completed');
});

test('what a task leaves running ends with it', async () => {
  q.start();
  const taskId = await q.create(script(`sleep 1000 & echo $! > ${q.dir}/pid`));
  expect(await q.outcome(taskId)).toBe('completed/completed');
  const pid = await q.pidIn('pid');
  await until(() => (identityOf(pid) === undefined ? true : undefined));
});

test('a worker that is stopped while the platform is away does not wait for it', async () => {
  const other = await testPlatform(inject('postgres'), { DRAIN_TIMEOUT: '100ms' });
  const there = await openTestQueue(other);
  const worker = there.start({ settings: { shutdownMs: 100 } });
  await there.create(script(`echo $$ > ${there.dir}/pid; sleep 1000`));
  const pid = await there.pidIn('pid');
  await other.stop();
  await worker.stop();
  expect(identityOf(pid)).toBeUndefined();
  await there.close();
  await other.close();
});

test('a worker without the scopes says so and goes on asking', async () => {
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_, message) => void warnings.push(message), child: () => silentLog };
  let refused = 0;
  q.start({
    credentials: { clientId: 'nobody', accessToken: 'x'.repeat(44) },
    log,
    settings: { firstBackOffMs: 1 },
    onRefused: () => void refused++,
  });
  await until(() => (refused >= 2 ? true : undefined));
  expect(warnings.filter((line) => line.startsWith('no work could be claimed')).length).toBeGreaterThanOrEqual(2);
});
