import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CreateArtifact, newId, openTestArtifacts, type TestArtifacts } from './fixture.ts';

let t: TestArtifacts;
beforeAll(async () => void (t = await openTestArtifacts()));
afterAll(() => t.platform.close());

const reference = (expires = t.inHours(1)): CreateArtifact => ({
  storageType: 'reference',
  url: 'https://example.com/x',
  contentType: 'text/plain',
  expires,
});
const link = (artifact: string, expires = t.inHours(1)): CreateArtifact => ({ storageType: 'link', artifact, expires });
const refusedWith = (code: string) => expect.objectContaining({ code });

test('an error artifact is a 424 that says why, also through a link', async () => {
  const taskId = await t.runningTask();
  const reason = { reason: 'file-missing-on-worker', message: 'no {{such}} file' } as const;
  await t.create(taskId, 'public/e', { storageType: 'error', expires: t.inHours(1), ...reason });
  await t.create(taskId, 'public/l', link('public/e'));
  for (const path of [`/task/${taskId}/runs/0/artifacts/public/e`, `/task/${taskId}/artifacts/public/l`]) {
    const { status, headers, body } = await t.raw(path);
    expect({ status, body, type: headers.get('x-taskcluster-artifact-storage-type') }).toEqual({
      status: 424,
      body: reason,
      type: 'error',
    });
  }
  expect(await t.queue.latestArtifact({ taskId, name: 'public/l' })).toEqual({ storageType: 'error', ...reason });
});

test('an artifact that expired is gone for readers, and still shown in lists until it is deleted', async () => {
  const taskId = await t.runningTask();
  const key = { taskId, runId: '0', name: 'x' };
  const expires = t.inHours(0.25);
  await t.create(taskId, 'x', reference(expires));
  await t.create(taskId, 'l', link('x'));
  await t.platform.clock.advance('16m');
  await expect(t.queue.getArtifact(key)).rejects.toEqual(refusedWith('ResourceExpired'));
  await expect(t.queue.artifact({ ...key, name: 'l' })).rejects.toEqual(refusedWith('ResourceExpired'));
  expect(await t.queue.artifactInfo(key)).toEqual({ storageType: 'reference', name: 'x', contentType: 'text/plain', expires });
  expect((await t.queue.listArtifacts({ taskId, runId: '0' })).artifacts).toHaveLength(2);
});

test('each name on the way needs its scope, before anything is said about it', async () => {
  const taskId = await t.runningTask();
  await t.create(taskId, 'public/a', link('private/b'));
  const get = (...scopes: string[]) => t.queueWith(...scopes).getArtifact({ taskId, runId: '0', name: 'public/a' });
  await expect(get('queue:get-artifact:public/*')).rejects.toEqual(refusedWith('InsufficientScopes'));
  await expect(get('queue:get-artifact:private/*')).rejects.toEqual(refusedWith('InsufficientScopes'));
  await expect(get('queue:get-artifact:*')).rejects.toEqual(refusedWith('ResourceNotFound'));
  await t.create(taskId, 'private/b', reference());
  expect(await get('queue:get-artifact:public/a', 'queue:get-artifact:private/b')).toEqual({
    storageType: 'reference',
    url: 'https://example.com/x',
  });
});

test('a long chain of links is followed, and a circle is refused', async () => {
  const taskId = await t.runningTask();
  await Promise.all(Array.from({ length: 50 }, (_, i) => t.create(taskId, `l${i}`, link(`l${i + 1}`))));
  await t.create(taskId, 'l50', reference());
  expect(await t.queue.getArtifact({ taskId, runId: '0', name: 'l0' })).toMatchObject({ storageType: 'reference' });
  await t.create(taskId, 'c', link('d'));
  await t.create(taskId, 'd', link('c'));
  await expect(t.queue.getArtifact({ taskId, runId: '0', name: 'c' })).rejects.toEqual(refusedWith('InputError'));
});

test('scopes come before the task for getLatestArtifact, and after it for latestArtifact', async () => {
  const [nobody, key] = [t.queueWith(), { taskId: newId(), name: 'x' }];
  await expect(nobody.getLatestArtifact(key)).rejects.toEqual(refusedWith('InsufficientScopes'));
  await expect(nobody.latestArtifact(key)).rejects.toEqual(refusedWith('ResourceNotFound'));
  await expect(t.queue.getLatestArtifact(key)).rejects.toEqual(refusedWith('ResourceNotFound'));
});

test('the latest run hides what an earlier one left, also while it is pending', async () => {
  const taskId = await t.runningTask();
  await t.create(taskId, 'x', reference());
  expect(await t.queue.latestArtifactInfo({ taskId, name: 'x' })).toMatchObject({ name: 'x' });
  await t.queue.reportException({ taskId, runId: '0' }, { reason: 'worker-shutdown' });
  await expect(t.queue.latestArtifactInfo({ taskId, name: 'x' })).rejects.toEqual(refusedWith('ResourceNotFound'));
  await expect(t.queue.latestArtifact({ taskId, name: 'x' })).rejects.toEqual(refusedWith('ResourceNotFound'));
  expect((await t.queue.listLatestArtifacts({ taskId })).artifacts).toEqual([]);
  expect(await t.queue.getArtifact({ taskId, runId: '0', name: 'x' })).toMatchObject({ storageType: 'reference' });
});

test('runs and tasks that do not exist are 404 everywhere', async () => {
  const taskId = await t.runningTask();
  for (const key of [
    { taskId, runId: '1' },
    { taskId, runId: '999999999' },
    { taskId: newId(), runId: '0' },
  ]) {
    await expect(t.queue.listArtifacts(key)).rejects.toEqual(refusedWith('ResourceNotFound'));
    for (const method of ['artifactInfo', 'getArtifact', 'artifact'] as const) {
      await expect(t.queue[method]({ ...key, name: 'x' }), method).rejects.toEqual(refusedWith('ResourceNotFound'));
    }
  }
});

test('a list has pages in the order of the names, and a token that is none begins at the start', async () => {
  const taskId = await t.runningTask();
  const names = ['B', 'a', 'a b', 'a/b', 'b'];
  await Promise.all(names.toReversed().map((name) => t.create(taskId, name, reference())));
  const seen: string[] = [];
  let continuationToken: string | undefined;
  let count = 0;
  do {
    const page = await t.queue.listArtifacts({
      taskId,
      runId: '0',
      limit: '2',
      ...(continuationToken === undefined ? {} : { continuationToken }),
    });
    seen.push(...page.artifacts.map((a) => a.name));
    ({ continuationToken } = page);
    count++;
  } while (continuationToken !== undefined);
  expect({ seen, count }).toEqual({ seen: names, count: 3 });
  const nul = Buffer.from('["\\u0000"]').toString('base64url');
  for (const token of ['x', nul, Buffer.from('[7]').toString('base64url')]) {
    expect((await t.queue.listLatestArtifacts({ taskId, limit: '1', continuationToken: token })).artifacts.map((a) => a.name)).toEqual([
      'B',
    ]);
  }
  expect((await t.queue.listArtifacts({ taskId, runId: '0', limit: '5' })).continuationToken).toBeUndefined();
});
