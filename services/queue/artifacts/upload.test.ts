import { loadConfig } from '@taskcluster/config';
import { sql } from '@taskcluster/db';
import { s3Storage } from '@taskcluster/s3';
import { hasS3Server, startTestS3, type TestS3 } from '@taskcluster/s3/testing';
import { localArtifactStore } from '@taskcluster/service-object';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { QueueService } from '../service.ts';
import { abandonUploads } from './abandoned.ts';
import { expireArtifacts } from './expire.ts';
import { openTestArtifacts, queueBeside, type TestArtifacts, underStore } from './fixture.ts';

const mib = 1024 ** 2;
const contentType = 'application/x-large';

describe('where one PUT takes an artifact of any size', () => {
  let t: TestArtifacts;
  beforeAll(async () => void (t = await openTestArtifacts()));
  afterAll(() => t.platform.close());

  test('uploads in parts are not offered, which uploaders are told with 404', async () => {
    const taskId = await t.runningTask();
    await t.create(taskId, 'large', { storageType: 's3', contentType, expires: t.inHours(1) });
    await expect(t.queue.beginUpload({ taskId, runId: '0', name: 'large' }, { contentLength: 1 })).rejects.toMatchObject({ status: 404 });
  });
});

describe.skipIf(!hasS3Server('the tests of uploads in parts'))('uploads in parts', () => {
  let s3: TestS3;
  let t: TestArtifacts;
  let service: QueueService;
  beforeAll(async () => {
    s3 = await startTestS3({ difficult: true });
    const env = { ...(await s3.settings()), ARTIFACT_PART_BYTES: String(5 * mib) };
    await s3.bucket('locked', undefined, true);
    t = await openTestArtifacts(env);
    const storage = s3Storage((platform) => localArtifactStore({ platform }));
    service = queueBeside(t, storage.open(underStore(t), loadConfig(storage.settings, env)));
  });
  afterAll(async () => {
    service.claims.close();
    await t.platform.close();
    await s3.close();
  });

  const data = randomBytes(11 * mib);
  const created = async (name: string, hours = 9) => {
    const taskId = await t.runningTask();
    await t.create(taskId, name, { storageType: 's3', contentType, contentLength: data.length, expires: t.inHours(hours) });
    return { taskId, runId: '0', name };
  };
  type About = Awaited<ReturnType<typeof created>>;
  const begin = (about: About) => t.queue.beginUpload(about, { contentLength: data.length });
  const send = async (about: About, uploadId: string, parts: readonly number[]) => {
    const { urls } = await t.queue.uploadParts(about, { uploadId, parts });
    const etags: string[] = [];
    for (const [i, url] of urls.entries()) {
      const start = ((parts[i] ?? 0) - 1) * 5 * mib;
      const reply = await fetch(url, { method: 'PUT', body: data.subarray(start, start + 5 * mib) });
      expect(reply.status).toBe(200);
      etags.push(reply.headers.get('etag') ?? '');
    }
    return etags;
  };
  const read = async (about: About) => {
    const reply = await fetch((await t.queue.getArtifact(about)).url);
    return { status: reply.status, type: reply.headers.get('content-type'), body: Buffer.from(await reply.arrayBuffer()) };
  };
  const underWay = () => s3.underWay('private-artifacts');
  const keyOf = ({ taskId, name }: About) => `${taskId}/0/${name}`;

  test('an artifact is sent in parts, has its content type, and completing it may be repeated', async () => {
    const about = await created('large');
    const { uploadId, partBytes, parts } = await begin(about);
    expect({ partBytes, parts }).toEqual({ partBytes: 5 * mib, parts: 3 });
    const etags = [...(await send(about, uploadId, [1, 2])), ...(await send(about, uploadId, [3]))];
    await t.queue.completeUpload(about, { uploadId, etags });
    await t.queue.completeUpload(about, { uploadId, etags });
    const { status, type, body } = await read(about);
    expect([status, type, body.equals(data)]).toEqual([200, contentType, true]);
    // What is complete stays so, whatever comes late.
    await t.queue.completeUpload(about, { uploadId, etags: ['"x"', '"y"', '"z"'] });
    await t.queue.abortUpload({ ...about, uploadId });
    expect((await read(about)).status).toBe(200);
  });

  test('requests that come at the same time complete it, and all succeed', async () => {
    const about = await created('at-once');
    const { uploadId } = await begin(about);
    const etags = await send(about, uploadId, [1, 2, 3]);
    await Promise.all(Array.from({ length: 4 }, () => t.queue.completeUpload(about, { uploadId, etags })));
    expect((await read(about)).body.equals(data)).toBe(true);
  });

  test('what was joined and could not be written down, because its commit failed, is complete when it is asked for again', async () => {
    const { db } = t.platform;
    const about = await created('uncommitted');
    const { uploadId } = await begin(about);
    const etags = await send(about, uploadId, [1, 2, 3]);
    await db.run(
      sql`create function queue.no_commit() returns trigger language plpgsql as $$ begin raise 'the disk of the database is full'; end $$`,
    );
    await db.run(
      sql`create constraint trigger no_commit after update on queue.artifact_uploads initially deferred for each row when (new.completed) execute function queue.no_commit()`,
    );
    await expect(t.queue.completeUpload(about, { uploadId, etags }, { retries: 0 })).rejects.toMatchObject({ status: 500 });
    expect((await read(about)).body.equals(data)).toBe(true);
    await db.run(sql`drop function queue.no_commit cascade`);
    await t.queue.completeUpload(about, { uploadId, etags });
    expect((await read(about)).body.equals(data)).toBe(true);
  });

  test('one that is begun again takes the place of the one before, whose parts go', async () => {
    const about = await created('again');
    const first = await begin(about);
    await send(about, first.uploadId, [1]);
    const second = await begin(about);
    expect(await underWay()).toEqual([keyOf(about)]);
    await expect(t.queue.uploadParts(about, { uploadId: first.uploadId, parts: [2] })).rejects.toMatchObject({ status: 409 });
    await t.queue.abortUpload({ ...about, uploadId: first.uploadId });
    expect(await underWay()).toEqual([keyOf(about)]);
    await t.queue.abortUpload({ ...about, uploadId: second.uploadId });
    await t.queue.abortUpload({ ...about, uploadId: second.uploadId });
    expect(await underWay()).toEqual([]);
  });

  test('what does not fit is refused', async () => {
    const about = await created('refused');
    const { uploadId } = await begin(about);
    const refusal = (call: Promise<unknown>) =>
      call.then(
        () => 'taken',
        ({ status }: { status: number }) => status,
      );
    const unknown = 'VnHQ4FYmRXK0-8wQzD5Ptg';
    expect(await refusal(t.queue.uploadParts(about, { uploadId, parts: [4] }))).toBe(400);
    expect(await refusal(t.queue.uploadParts(about, { uploadId: unknown, parts: [1] }))).toBe(409);
    expect(await refusal(t.queue.completeUpload(about, { uploadId, etags: ['"a"'] }))).toBe(400);
    expect(await refusal(t.queue.completeUpload(about, { uploadId, etags: ['"a"', '"b"', '"c"'] }))).toBe(400);
    expect(await refusal(t.queue.beginUpload(about, { contentLength: Number.MAX_SAFE_INTEGER }))).toBe(400);
    expect(await refusal(t.queue.beginUpload({ ...about, name: 'unknown' }, { contentLength: 1 }))).toBe(404);
    const { taskId } = about;
    await t.create(taskId, 'elsewhere', { storageType: 'reference', url: 'https://example.com', contentType, expires: t.inHours(1) });
    expect(await refusal(t.queue.beginUpload({ ...about, name: 'elsewhere' }, { contentLength: 1 }))).toBe(400);
    await t.queue.abortUpload({ ...about, uploadId });
    expect(await refusal(t.queue.uploadParts(about, { uploadId, parts: [1] }))).toBe(409);
    await t.queue.reportCompleted({ taskId, runId: '0' });
    expect(await refusal(begin(about))).toBe(409);
  });

  test('who may create artifacts of the run may upload them, and nobody else', async () => {
    const about = await created('scopes');
    const others = t.queueWith('queue:create-artifact:VnHQ4FYmRXK0-8wQzD5Ptg/0');
    const refused = (call: Promise<unknown>) => expect(call).rejects.toMatchObject({ status: 403 });
    await refused(others.beginUpload(about, { contentLength: 1 }));
    await refused(others.uploadParts(about, { uploadId: about.taskId, parts: [1] }));
    await refused(others.completeUpload(about, { uploadId: about.taskId, etags: ['"a"'] }));
    await refused(others.abortUpload({ ...about, uploadId: about.taskId }));
    const own = t.queueWith(`queue:create-artifact:${about.taskId}/0`);
    const { uploadId } = await own.beginUpload(about, { contentLength: 1 });
    await own.abortUpload({ ...about, uploadId });
  });

  test('an upload that nobody goes on with for a day is given up; one that is complete is forgotten and stays', async () => {
    const [left, used, complete] = [await created('left'), await created('used'), await created('complete')];
    await begin(left);
    const going = await begin(used);
    const done = await begin(complete);
    await t.queue.completeUpload(complete, { uploadId: done.uploadId, etags: await send(complete, done.uploadId, [1, 2, 3]) });
    await t.platform.clock.advance('23h');
    await t.queue.uploadParts(used, { uploadId: going.uploadId, parts: [1] });
    await t.platform.clock.advance('2h');
    expect(await abandonUploads.step(service, 50)).toBeGreaterThanOrEqual(2);
    expect(await abandonUploads.step(service, 50)).toBe(0);
    expect(await underWay()).toEqual([keyOf(used)]);
    expect(await s3.client.config.region()).toBe(s3.region);
  });

  /** An upload whose parts are all there. */
  const sentAll = async (about: About) => {
    const { uploadId } = await begin(about);
    return { uploadId, etags: await send(about, uploadId, [1, 2, 3]) };
  };
  const dataStatus = async (about: About) => {
    const url = await service.artifacts.getUrl({ bucket: 'private', key: keyOf(about), expiresInSeconds: 60 });
    return (await fetch(url)).status;
  };

  test('an upload that ends after its artifact is refused as reading is, and leaves nothing behind', async () => {
    const [late, later] = [await created('late', 0.2), await created('later', 0.2)];
    const [body, other] = [await sentAll(late), await sentAll(later)];
    await t.platform.clock.advance('15m');
    await expect(t.queue.completeUpload(late, body)).rejects.toMatchObject({ status: 410 });
    expect(await underWay()).not.toContain(keyOf(late));
    await t.platform.clock.advance('30m');
    while ((await expireArtifacts.step(service, 1_000)) > 0);
    await expect(t.queue.completeUpload(later, other)).rejects.toMatchObject({ status: 404 });
    expect(await underWay()).not.toContain(keyOf(later));
    expect(await dataStatus(later)).toBe(404);
    await expect(t.queue.uploadParts(later, { uploadId: other.uploadId, parts: [1] })).rejects.toMatchObject({ status: 409 });
  });

  test('what is joined while its artifact is deleted is deleted too', async () => {
    const about = await created('meanwhile');
    const body = await sentAll(about);
    const { reached, goOn } = s3.standStill(1);
    onTestFinished(goOn);
    const completing = t.queue.completeUpload(about, body, { retries: 0 });
    await reached;
    await t.platform.db.run(sql`delete from queue.artifacts where task_id = ${about.taskId}`);
    goOn();
    await expect(completing).rejects.toMatchObject({ status: 404 });
    expect(await dataStatus(about)).toBe(404);
  });

  test('a store that does not answer keeps those waiting who need it, and nobody else', async () => {
    const about = await created('waiting');
    const { uploadId } = await begin(about);
    const etags = await send(about, uploadId, [1, 2, 3]);
    const { reached, goOn } = s3.standStill(20);
    onTestFinished(goOn);
    const calls = Array.from({ length: 20 }, () => t.queue.completeUpload(about, { uploadId, etags }, { retries: 0 }));
    await reached;
    expect(await t.queue.artifactInfo(about)).toMatchObject({ name: 'waiting' });
    expect((await t.queue.uploadParts(about, { uploadId, parts: [1] })).urls).toHaveLength(1);
    goOn();
    await Promise.all(calls);
    expect((await read(about)).body.equals(data)).toBe(true);
  });

  test('uploads that are given up while the store does not answer hold nobody up either', async () => {
    const about = await created('left-waiting', 40);
    const { uploadId } = await begin(about);
    await t.platform.clock.advance('25h');
    const { reached, goOn } = s3.standStill(1);
    onTestFinished(goOn);
    const steps = [abandonUploads.step(service, 50), abandonUploads.step(service, 50)];
    await reached;
    expect((await t.queue.uploadParts(about, { uploadId, parts: [1] })).urls).toHaveLength(1);
    goOn();
    await Promise.all(steps);
    await expect(t.queue.uploadParts(about, { uploadId, parts: [1] })).rejects.toMatchObject({ status: 409 });
  });

  test('data that the store does not let go of keeps its artifact for another day, and holds nobody up', async () => {
    const buckets = { PUBLIC_ARTIFACT_BUCKET: 'public-artifacts', PRIVATE_ARTIFACT_BUCKET: 'locked' };
    const storage = s3Storage((platform) => localArtifactStore({ platform }));
    const env = { ...buckets, AWS_ENDPOINT: s3.endpoint, ARTIFACT_REGION: s3.region, AWS_FORCE_PATH_STYLE: 'true' };
    const keys = { AWS_ACCESS_KEY_ID: s3.root.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.root.secretAccessKey };
    const store = storage.open(underStore(t), loadConfig(storage.settings, { ...env, ...keys }));
    const locked = queueBeside(t, store);
    const taskId = await t.runningTask();
    for (const name of ['free', 'held']) {
      await t.create(taskId, name, { storageType: 's3', contentType, expires: t.inHours(0) });
      const at = { bucket: 'private', key: `${taskId}/0/${name}` } as const;
      const url = await store.putUrl({ ...at, contentType, expiresInSeconds: 60 });
      expect((await fetch(url, { method: 'PUT', headers: { 'content-type': contentType }, body: 'x' })).status).toBe(200);
    }
    await s3.hold('locked', `${taskId}/0/held`, true);
    const names = async () => (await t.queue.listArtifacts({ taskId, runId: '0' })).artifacts.map((a) => a.name);
    await t.platform.clock.advance('31m');
    await expireArtifacts.step(locked, 1_000);
    expect(await names()).toEqual(['held']);
    expect(await expireArtifacts.step(locked, 1_000)).toBe(0);
    await s3.hold('locked', `${taskId}/0/held`, false);
    await t.platform.clock.advance('25h');
    await expireArtifacts.step(locked, 1_000);
    expect(await names()).toEqual([]);
    locked.claims.close();
  });
});
