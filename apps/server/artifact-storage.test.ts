import { createTemporaryCredentials, http } from '@taskcluster/client';
import { queue } from '@taskcluster/contracts';
import { hasS3Server, startTestS3, type TestS3 } from '@taskcluster/s3/testing';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { artifactOrigins } from './artifact-storage.ts';
import { checkSettings } from './platform.ts';
import { testPlatform, type TestPlatform } from './testing.ts';

test('half a configuration of S3 is refused before anything starts, with the other mistakes', () => {
  const env = { PRIVATE_ARTIFACT_BUCKET: 'private', AWS_ACCESS_KEY_ID: 'AKIASECRET', TASK_CLAIM_TIMEOUT: 'soon' };
  expect(() => checkSettings(env)).toThrow(
    /4 mistakes[^]*TASK_CLAIM_TIMEOUT[^]*PUBLIC_ARTIFACT_BUCKET is not set[^]*AWS_SECRET[^]*ARTIFACT_REGION/,
  );
  expect(() => checkSettings(env)).not.toThrow(/AKIASECRET/);
  expect(() => checkSettings({ AWS_ACCESS_KEY_ID: 'for somebody else' })).not.toThrow();
});

describe.skipIf(!hasS3Server('the tests of a platform with S3'))('a platform whose artifacts are in S3', () => {
  let s3: TestS3;
  let platform: TestPlatform;
  beforeAll(async () => {
    s3 = await startTestS3();
    platform = await testPlatform(inject('postgres'), { ...(await s3.settings()), PUBLIC_ARTIFACT_BUCKET_CDN: 'https://cdn.example.com' });
  });
  afterAll(async () => {
    await platform?.close();
    await s3?.close();
  });

  const newTaskId = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const runningTask = async () => {
    const [taskId, taskQueueId] = [newTaskId(), `test/q${Date.now()}`];
    const metadata = { name: 'a', description: 'b', owner: 'c@example.com', source: 'https://example.com' };
    const times = { created: inHours(0), deadline: inHours(1), expires: inHours(48) };
    await platform.clients.queue.createTask({ taskId }, { taskQueueId, payload: {}, metadata, ...times });
    await platform.clients.queue.claimWork({ taskQueueId }, { workerGroup: 'g', workerId: 'w', tasks: 1 });
    return taskId;
  };

  test('an artifact goes from createArtifact to a download, past the platform, and its disk stays empty', async () => {
    const taskId = await runningTask();
    for (const name of ['public/build/a b.txt', 'private/key']) {
      const about = { taskId, runId: '0', name };
      const contentType = 'text/plain; charset=utf-8';
      const reply = await platform.clients.queue.createArtifact(about, {
        storageType: 's3',
        contentType,
        contentLength: 5,
        expires: inHours(1),
      });
      if (reply.storageType !== 's3') throw new Error(reply.storageType);
      expect(new URL(reply.putUrl).origin).toBe(s3.endpoint);
      const put = await fetch(reply.putUrl, { method: 'PUT', headers: { 'content-type': reply.contentType }, body: 'hello' });
      expect(put.status).toBe(200);
      const anonymous = http(queue, {
        rootUrl: platform.rootUrl,
        credentials: createTemporaryCredentials({
          credentials: platform.credentials,
          scopes: ['queue:get-artifact:public/*', 'queue:get-artifact:private/*'],
          start: new Date(Date.now() - 60_000),
          expiry: new Date(Date.now() + 600_000),
        }),
      });
      const { url } = (await anonymous.artifact(about)) as { url: string };
      if (name.startsWith('public/')) expect(url).toBe(`https://cdn.example.com/${taskId}/0/public/build/a%20b.txt`);
      else expect(await (await fetch(url)).text()).toBe('hello');
    }
    expect(await readdir(join(platform.dataDir, 'objects')).catch(() => [])).toEqual([]);
  });

  test('getArtifact redirects to the CDN, and to the bucket those who ask for it', async () => {
    const taskId = await runningTask();
    const about = { taskId, runId: '0', name: 'public/x' };
    const reply = await platform.clients.queue.createArtifact(about, { storageType: 's3', contentType: 'a/b', expires: inHours(1) });
    if (reply.storageType !== 's3') throw new Error(reply.storageType);
    await fetch(reply.putUrl, { method: 'PUT', headers: { 'content-type': 'a/b' }, body: 'data' });
    await platform.clients.auth.createRole({ roleId: 'anonymous' }, { description: '', scopes: ['queue:get-artifact:public/*'] });
    const ask = (headers: Record<string, string>) =>
      fetch(`${platform.rootUrl}/api/queue/v1/task/${taskId}/artifacts/public/x`, { headers, redirect: 'manual' });
    const usual = await ask({});
    expect([usual.status, usual.headers.get('location')]).toEqual([303, `https://cdn.example.com/${taskId}/0/public/x`]);
    expect(usual.headers.get('x-taskcluster-artifact-storage-type')).toBe('s3');
    for (const value of ['1', 'true', 'TRUE']) {
      const direct = await ask({ 'x-taskcluster-skip-cdn': value });
      expect(direct.headers.get('location')).toBe(`${s3.endpoint}/public-artifacts/${taskId}/0/public/x`);
      expect(await (await fetch(direct.headers.get('location') ?? '')).text()).toBe('data');
    }
    expect((await ask({ 'x-taskcluster-skip-cdn': 'no' })).headers.get('location')).toContain('cdn.example.com');
  });

  test('the page may read from the buckets and the CDN, and from nowhere else', async () => {
    expect(await artifactOrigins(await s3.settings({ public: 'page-public', private: 'page-private' }))).toEqual([s3.endpoint]);
    const page = await fetch(platform.rootUrl);
    await page.arrayBuffer();
    // Without a built page there is nothing that could read.
    if (page.status === 200)
      expect(page.headers.get('content-security-policy')).toContain(`connect-src 'self' ${s3.endpoint} https://cdn.example.com;`);
  });

  test('a platform whose bucket is missing runs, and its queue says that it is not well', async () => {
    const env = { ...(await s3.settings({ public: 'one-more', private: 'and-one' })), PRIVATE_ARTIFACT_BUCKET: 'not-there' };
    const other = await testPlatform(inject('postgres'), env);
    try {
      const { taskQueues } = await other.clients.queue.listTaskQueues({});
      expect(taskQueues).toEqual([]);
      const beat = await fetch(`${other.rootUrl}/api/queue/v1/__heartbeat__`);
      expect([beat.status, await beat.text()]).toEqual([503, expect.stringContaining('Artifacts cannot be stored or read')]);
      expect((await fetch(`${other.rootUrl}/api/queue/v1/__lbheartbeat__`)).status).toBe(200);
    } finally {
      await other.close();
    }
    expect((await fetch(`${platform.rootUrl}/api/queue/v1/__heartbeat__`)).status).toBe(200);
  });
});
