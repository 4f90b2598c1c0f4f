import { signedUrl } from '@taskcluster/client';
import { authorizationHeader } from '@taskcluster/hawk';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNamespace, grantEverybody, openTestIndex, slugid, type TestIndex } from '../fixture.ts';

let t: TestIndex;
beforeAll(async () => void (t = await openTestIndex()));
afterAll(() => t.close());
beforeEach(() => grantEverybody(t, ['queue:get-artifact:public/*']));

const reference = 'https://example.com/data';
type Body = Parameters<TestIndex['platform']['clients']['queue']['createArtifact']>[1];

/** An indexed task with one artifact. */
const indexed = async (name: string, body?: Partial<Body>) => {
  const taskId = await t.runningTask();
  const path = `${aNamespace()}.a`;
  await create(taskId, name, body);
  await t.insert(path, { taskId });
  return { taskId, path };
};
const create = (
  taskId: string,
  name: string,
  body: Partial<Body> = { storageType: 'reference', url: reference, contentType: 'text/plain' },
) => t.platform.clients.queue.createArtifact({ taskId, runId: '0', name }, { expires: t.inHours(1), ...body } as Body);

/** A GET of an artifact through the index by whoever holds these scopes; nobody without any. */
const get = async (path: string, name: string, scopes?: readonly string[], method = 'GET') => {
  const url = `${t.platform.rootUrl}/api/index/v1/task/${path}/artifacts/${name}`;
  const credentials = scopes && t.credentialsWith(...scopes);
  const authorization = credentials && authorizationHeader({ credentials, url, method, now: t.platform.clock.now() });
  const answer = await fetch(url, { method, redirect: 'manual', headers: authorization ? { authorization } : {} });
  return { status: answer.status, location: answer.headers.get('location') ?? '', body: await answer.text() };
};
const follow = async (url: string) => {
  const answer = await fetch(url, { redirect: 'manual' });
  return { status: answer.status, location: answer.headers.get('location') };
};
const inQueue = (taskId: string, name: string) => `${t.platform.rootUrl}/api/queue/v1/task/${taskId}/artifacts/${encodeURIComponent(name)}`;

describe('a public artifact', () => {
  test('is where its data is, without a signature, for everybody and for those who authenticate', async () => {
    const { path } = await indexed('public/a/b.txt');
    for (const scopes of [undefined, [], ['*'], ['queue:get-artifact:public/a/*']]) {
      for (const name of ['public/a/b.txt', 'public%2Fa%2Fb.txt'])
        expect(await get(path, name, scopes)).toMatchObject({ status: 303, location: reference });
    }
    expect(await get(path, 'public/a/b.txt', undefined, 'HEAD')).toMatchObject({ status: 303, location: reference });
  });

  test('is left to the queue, unsigned, when it has no address of its own', async () => {
    const { path, taskId } = await indexed('public/e', { storageType: 'error', reason: 'file-missing-on-worker', message: 'none' });
    expect(await get(path, 'public/e', ['*'])).toMatchObject({ status: 303, location: inQueue(taskId, 'public/e') });
    expect((await follow(inQueue(taskId, 'public/e'))).status).toBe(424);
  });

  test('is left to the queue when there is none of this name, or no task', async () => {
    const { path, taskId } = await indexed('public/a');
    expect(await get(path, 'public/x y+%26?'.replace('?', '%3F'), ['*'])).toMatchObject({
      status: 303,
      location: inQueue(taskId, 'public/x y+&?'),
    });
    const [gone, nowhere] = [slugid(), `${aNamespace()}.a`];
    await t.insert(nowhere, { taskId: gone });
    expect(await get(nowhere, 'public/a')).toMatchObject({ status: 303, location: inQueue(gone, 'public/a') });
  });

  test('that is a link to a private one does not give the private one away', async () => {
    const { path, taskId } = await indexed('private/secret');
    await create(taskId, 'public/link', { storageType: 'link', artifact: 'private/secret' });
    const { location } = await get(path, 'public/link');
    expect(location).toBe(inQueue(taskId, 'public/link'));
    expect((await follow(location)).status).toBe(403);
  });

  test('stops being public as soon as the role says so', async () => {
    const { path } = await indexed('public/a');
    expect((await get(path, 'public/a')).location).toBe(reference);
    await grantEverybody(t, []);
    expect((await get(path, 'public/a')).status).toBe(403);
    expect((await get(path, 'public/a', ['queue:get-artifact:public/a'])).location).toContain('bewit=');
    await t.platform.clients.auth.deleteRole({ roleId: 'anonymous' });
    expect((await get(path, 'public/a')).status).toBe(403);
  });
});

describe('a private artifact', () => {
  test('is at the queue, signed for 15 minutes', async () => {
    const { path, taskId } = await indexed('private/a b');
    const { status, location } = await get(path, 'private/a%20b', ['queue:get-artifact:private/*']);
    expect(status).toBe(303);
    const [address, bewit = ''] = location.split('?bewit=');
    expect(address).toBe(inQueue(taskId, 'private/a b'));
    const [clientId, exp] = Buffer.from(bewit, 'base64url').toString().split('\\');
    expect(clientId).toBe('static/taskcluster/index');
    expect(Math.abs(Number(exp) * 1000 - t.platform.clock.now() - 15 * 60_000)).toBeLessThan(60_000);
    expect(await follow(location)).toEqual({ status: 303, location: reference });
    expect((await follow(`${address}`)).status).toBe(403);
  });

  test('is refused to whoever may not read it, without a word about the index', async () => {
    const { path } = await indexed('private/a');
    for (const scopes of [undefined, [], ['index:find-task:*'], ['queue:get-artifact:private/b'], ['queue:get-artifact:public/*']]) {
      const known = await get(path, 'private/a', scopes);
      const unknown = await get('no.such.path', 'private/a', scopes);
      expect([known.status, unknown.status]).toEqual([403, 403]);
    }
  });

  test('that is a link is followed as far as the caller may read, and not as far as the index may', async () => {
    const { path, taskId } = await indexed('secret/b');
    await create(taskId, 'private/a', { storageType: 'link', artifact: 'secret/b' });
    const first = await get(path, 'private/a', ['queue:get-artifact:private/*']);
    expect((await follow(first.location)).status).toBe(403);
    for (const scopes of [['*'], ['queue:get-*'], ['queue:get-artifact:private/a', 'queue:get-artifact:secret/b']]) {
      const { location } = await get(path, 'private/a', scopes);
      expect(await follow(location)).toEqual({ status: 303, location: reference });
    }
  });

  test('is signed for its own name when the caller holds more scopes than an address can', async () => {
    const { path } = await indexed('private/a');
    await t.platform.clients.auth.createRole(
      { roleId: 'many' },
      {
        description: '',
        scopes: Array.from({ length: 300 }, (_, i) => `queue:get-artifact:private/${'x'.repeat(20)}/${i}`).concat(
          'queue:get-artifact:private/a',
        ),
      },
    );
    const { location } = await get(path, 'private/a', ['assume:many']);
    expect(location.length).toBeLessThan(4096);
    expect((await follow(location)).status).toBe(303);
  });
});

test('a path without a task, and one that expired, are 404 for whoever may read the artifact', async () => {
  expect((await get(`${aNamespace()}.a`, 'public/a')).status).toBe(404);
  const { path, taskId } = await indexed('public/a');
  await t.insert(path, { taskId, expires: t.inHours(-1) });
  expect((await get(path, 'public/a')).status).toBe(404);
  expect((await get(path, 'private/a', ['*'])).status).toBe(404);
});

test('the caller may come with a signed address', async () => {
  const { path } = await indexed('private/a');
  const url = `${t.platform.rootUrl}/api/index/v1/task/${path}/artifacts/private/a`;
  const signed = signedUrl({
    credentials: t.credentialsWith('queue:get-artifact:private/a'),
    url,
    expiresAt: t.platform.clock.now() + 60_000,
  });
  const { status, location } = await follow(signed);
  expect(status).toBe(303);
  expect((await follow(location ?? '')).location).toBe(reference);
});

test('names that no artifact has, and paths that are none, are refused', async () => {
  const { path } = await indexed('public/a');
  for (const name of ['', 'public/%0A', 'public/caf%C3%A9', '%00']) expect((await get(path, name, ['*'])).status, name).toBe(400);
  for (const bad of ['a..b', 'a%2Fb', '%00']) expect((await get(bad, 'public/a', ['*'])).status, bad).toBe(400);
});

/** The status of a GET whose path is sent exactly as given. */
const asItIs = (path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(t.platform.rootUrl);
    const sent = request({ hostname, port, path }, (answer) => resolve(answer.resume().statusCode));
    sent.on('error', reject).end();
  });

test('an artifact whose name no URL can hold is refused: an address of it would be another one', async () => {
  await grantEverybody(t, ['queue:get-artifact:*']);
  const { path } = await indexed('public/a');
  for (const name of ['.', '..', '%2E', '%2e%2e']) expect(await asItIs(`/api/index/v1/task/${path}/artifacts/${name}`), name).toBe(400);
  expect(await asItIs(`/api/index/v1/task/${path}/artifacts/...`)).toBe(303);
});
