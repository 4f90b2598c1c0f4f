import { CallError } from '@taskcluster/client';
import { sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CreateArtifact, openTestArtifacts, type TestArtifacts } from './fixture.ts';

let t: TestArtifacts;
beforeAll(async () => void (t = await openTestArtifacts()));
afterAll(() => t.platform.close());

const reference = (url = 'https://example.com/x', changes: { expires?: string; contentType?: string } = {}): CreateArtifact => ({
  storageType: 'reference',
  url,
  contentType: 'text/plain',
  expires: t.inHours(1),
  ...changes,
});
const s3 = (changes: { expires?: string; contentLength?: number } = {}): CreateArtifact => ({
  storageType: 's3',
  contentType: 'text/plain',
  expires: t.inHours(1),
  ...changes,
});
const refusedWith = (code: string) => expect.objectContaining({ code });
const namesOf = async (taskId: string) => (await t.queue.listArtifacts({ taskId, runId: '0' })).artifacts.map((a) => a.name);

test('an uploaded artifact is put to the URL of the reply and read where the redirect leads', async () => {
  const taskId = await t.runningTask();
  for (const name of ['public/a.txt', 'private/a b.txt']) {
    const reply = await t.create(taskId, name, s3());
    if (reply.storageType !== 's3') throw new Error(reply.storageType);
    expect(reply.contentType).toBe('text/plain');
    expect(Math.abs(Date.parse(reply.expires) - t.platform.clock.now() - 45 * 60_000)).toBeLessThan(60_000);
    const put = await fetch(reply.putUrl, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: `data of ${name}` });
    expect(put.status).toBe(200);
    const { status, headers, body } = await t.raw(`/task/${taskId}/runs/0/artifacts/${encodeURIComponent(name)}`);
    expect(status).toBe(303);
    expect(headers.get('x-taskcluster-artifact-storage-type')).toBe('s3');
    expect(body).toEqual({ storageType: 's3', url: headers.get('location') });
    expect(await (await fetch(headers.get('location') ?? '')).text()).toBe(`data of ${name}`);
  }
  expect(await t.platform.announced(taskId)).not.toContain('artifact-created');
});

test('the URL of an artifact that expires soon ends before its data is deleted', async () => {
  const taskId = await t.runningTask();
  const expires = t.inHours(0);
  const reply = await t.create(taskId, 'short', s3({ expires }));
  if (reply.storageType !== 's3') throw new Error(reply.storageType);
  expect(Date.parse(reply.expires)).toBe(Date.parse(expires) + 30 * 60_000 - 10_000);
});

test('a repeat renews the URL and may prolong, and keeps the length that was given first', async () => {
  const taskId = await t.runningTask();
  await t.create(taskId, 'a', s3({ contentLength: 7 }));
  const expires = t.inHours(2);
  await t.create(taskId, 'a', s3({ contentLength: 8, expires }));
  expect(await t.queue.artifactInfo({ taskId, runId: '0', name: 'a' })).toMatchObject({ contentLength: 7, expires });
  await expect(t.create(taskId, 'a', s3())).rejects.toEqual(refusedWith('RequestConflict'));
});

test('the live log becomes a link to the whole log, and never goes back', async () => {
  const taskId = await t.runningTask(['index.x']);
  await t.create(taskId, 'public/live.log', reference('https://example.com/live'));
  await t.create(taskId, 'public/live.log', {
    storageType: 'link',
    artifact: 'public/backing.log',
    contentType: 'text/plain; charset=utf-8',
    expires: t.inHours(47),
  });
  await t.create(taskId, 'public/backing.log', s3());
  const { headers } = await t.raw(`/task/${taskId}/runs/0/artifacts/public/live.log`);
  expect(headers.get('x-taskcluster-artifact-storage-type')).toBe('s3');
  await expect(t.create(taskId, 'public/live.log', reference('https://example.com/live', { expires: t.inHours(47) }))).rejects.toEqual(
    refusedWith('RequestConflict'),
  );
  expect(await t.platform.announced(taskId)).toEqual([
    'task-defined',
    'task-pending',
    'task-running',
    'artifact-created',
    'artifact-created',
  ]);
});

const Announced = Type.Object({
  cc: Type.Array(Type.String()),
  artifact: Type.Object({ name: Type.String(), contentType: Type.String(), storageType: Type.String(), expires: Type.String() }),
});
const announcements = (taskId: string) =>
  t.platform.db.many(
    Announced,
    sql`select cc, payload -> 'artifact' as artifact from platform.messages where exchange like '%/artifact-created' and payload -> 'status' ->> 'taskId' = ${taskId} order by id`,
  );

test('what is announced is what is stored, to the routes of the task, and a refusal announces nothing', async () => {
  const taskId = await t.runningTask(['index.x']);
  const expires = t.inHours(1);
  await t.create(taskId, 'e', { storageType: 'error', reason: 'file-missing-on-worker', message: 'not there', expires });
  await expect(t.create(taskId, 'e', reference())).rejects.toEqual(refusedWith('RequestConflict'));
  await expect(t.create(taskId, 'f', reference('javascript:alert(1)'))).rejects.toEqual(refusedWith('InputError'));
  expect(await announcements(taskId)).toEqual([
    { cc: ['route.index.x'], artifact: { storageType: 'error', name: 'e', expires, contentType: 'application/binary' } },
  ]);
});

test('of creations that contradict each other at the same moment one wins, and repeats of it succeed', async () => {
  const taskId = await t.runningTask();
  const types = Array.from({ length: 24 }, (_, i) => `text/t${i % 3}`);
  const expires = t.inHours(1);
  const outcomes = await Promise.allSettled(
    types.map((contentType) => t.create(taskId, 'x', reference('https://example.com', { contentType, expires }))),
  );
  const { contentType: winner } = await t.queue.artifactInfo({ taskId, runId: '0', name: 'x' });
  for (const [i, outcome] of outcomes.entries()) {
    if (types[i] === winner) expect(outcome.status).toBe('fulfilled');
    else expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'RequestConflict' } });
  }
  expect(await announcements(taskId)).toHaveLength(8);
});

test('no artifact is announced after its run was resolved, and each that was acknowledged is there', async () => {
  const taskId = await t.runningTask();
  const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
  const [outcomes] = await Promise.all([
    Promise.allSettled(names.map((name) => t.create(taskId, name, reference()))),
    t.queue.reportCompleted({ taskId, runId: '0' }),
  ]);
  const created = names.filter((_, i) => outcomes[i]?.status === 'fulfilled').sort();
  expect(await namesOf(taskId)).toEqual(created);
  const announced = await t.platform.announced(taskId);
  expect(announced.at(-1)).toBe('task-completed');
  expect(announced.filter((n) => n === 'artifact-created')).toHaveLength(created.length);
  await expect(t.create(taskId, 'late', reference())).rejects.toEqual(refusedWith('RequestConflict'));
});

test('names and links that cannot exist, lengths and times that nothing can hold are refused', async () => {
  const taskId = await t.runningTask();
  const wrong: [string, CreateArtifact][] = [
    ['x'.repeat(1025), reference()],
    ['a', { storageType: 'link', artifact: 'ü', expires: t.inHours(1) }],
    ['a', s3({ contentLength: 1e30 })],
    ['a', s3({ expires: '2026-12-31T23:59:60Z' })],
    ['a', s3({ expires: t.inHours(49) })],
    ['a', s3({ expires: t.inHours(-1) })],
    ['a', reference('https://example.com', { contentType: 'a\r\nb: c' })],
  ];
  for (const [name, body] of wrong)
    await expect(t.create(taskId, name, body), `${name} ${JSON.stringify(body)}`).rejects.toEqual(refusedWith('InputError'));
  await expect(t.queue.createArtifact({ taskId, runId: '999999999', name: 'a' }, reference())).rejects.toEqual(refusedWith('InputError'));
  await t.create(taskId, 'x'.repeat(1024), reference());
  expect(await namesOf(taskId)).toEqual(['x'.repeat(1024)]);
});

test('after an exception the worker has 25 minutes to upload what it has', async () => {
  const taskId = await t.runningTask();
  await t.queue.reportException({ taskId, runId: '0' }, { reason: 'internal-error' });
  await t.platform.clock.advance('24m');
  await t.create(taskId, 'log', reference());
  await t.platform.clock.advance('2m');
  const late = await t.create(taskId, 'later', reference()).catch((err: unknown) => err);
  expect(late).toBeInstanceOf(CallError);
  expect(late).toMatchObject({ code: 'RequestConflict', message: expect.stringContaining('exception') });
});
