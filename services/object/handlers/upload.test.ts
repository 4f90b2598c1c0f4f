import { CallError } from '@taskcluster/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestObjects, type TestObjects } from '../fixture.ts';

let t: TestObjects;
beforeAll(async () => (t = await openTestObjects()));
afterAll(() => t.close());
beforeEach(() => t.holds('*'));

let count = 0;
const slugid = () => `AAAAAAAAQAeAAAAAAAA${String(++count).padStart(2, '0')}A`;
const projectId = 'test-project';
const anUpload = () => ({ projectId, uploadId: slugid(), expires: '2040-01-02T03:04:05.678Z' });
const inline = (text: string, contentType = 'text/plain') => ({
  dataInline: { contentType, objectData: Buffer.from(text).toString('base64') },
});
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable(),
    (err: CallError) => ({ status: err.status, code: err.code }),
  );
const conflict = { status: 409, code: 'RequestConflict' };
const notFound = { status: 404, code: 'ResourceNotFound' };
const sha256 = 'a'.repeat(64);
const sha512 = 'b'.repeat(128);

const stored = async (name: string, text = 'hello') => {
  const upload = anUpload();
  await t.client.createUpload({ name }, { ...upload, proposedUploadMethods: inline(text) });
  await t.client.finishUpload({ name }, { projectId, uploadId: upload.uploadId, hashes: { sha256 } });
  return upload;
};

test('an object is uploaded inline, finished and downloaded in both ways', async () => {
  const upload = anUpload();
  const name = 'public/a b/%2F../x.txt';
  const begun = await t.client.createUpload({ name }, { ...upload, proposedUploadMethods: inline('hello') });
  expect(begun).toEqual({ ...upload, uploadMethod: { dataInline: true } });
  expect(await t.client.finishUpload({ name }, { projectId, uploadId: upload.uploadId, hashes: { sha256 } })).toEqual({});
  expect(await t.client.object({ name })).toEqual({ projectId, expires: upload.expires, hashes: { sha256 } });

  const simple = await t.client.startDownload({ name }, { acceptDownloadMethods: { simple: true } });
  expect(simple.method).toBe('simple');
  expect(await (await fetch(simple.url)).text()).toBe('hello');

  const both = await t.client.startDownload({ name }, { acceptDownloadMethods: { simple: true, getUrl: true } });
  expect(both).toMatchObject({ method: 'getUrl', hashes: { sha256 } });
  expect(await (await fetch(both.url)).text()).toBe('hello');

  const redirect = await fetch(`${t.rootUrl}/api/object/v1/download/${encodeURIComponent(name)}`, { redirect: 'manual' });
  expect(redirect.status).toBe(303);
  expect(await (await fetch(redirect.headers.get('location') ?? '')).text()).toBe('hello');
});

test('an object is uploaded to a URL with exactly the headers that come with it', async () => {
  const upload = anUpload();
  const { uploadMethod } = await t.client.createUpload(
    { name: 'by-url' },
    { ...upload, proposedUploadMethods: { putUrl: { contentType: 'text/x-test', contentLength: 5 } } },
  );
  const { url = '', headers = {} } = uploadMethod.putUrl ?? {};
  expect(headers).toEqual({ 'Content-Type': 'text/x-test', 'Content-Length': '5', 'Content-Encoding': 'identity' });
  expect((await fetch(url, { method: 'PUT', headers, body: 'bytes' })).status).toBe(200);
  await t.client.finishUpload({ name: 'by-url' }, { projectId, uploadId: upload.uploadId });
  const { url: from } = await t.client.startDownload({ name: 'by-url' }, { acceptDownloadMethods: { simple: true } });
  const got = await fetch(from);
  expect(got.headers.get('content-type')).toBe('text/x-test');
  expect(got.headers.get('content-encoding')).toBeNull();
  expect(await got.text()).toBe('bytes');
});

test('without methods an upload only locks the name in, and the same request again is fine', async () => {
  const upload = anUpload();
  const request = { ...upload, proposedUploadMethods: {} };
  const locked = { ...upload, uploadMethod: {} };
  expect(await t.client.createUpload({ name: 'locked' }, request)).toEqual(locked);
  expect(await t.client.createUpload({ name: 'locked' }, request)).toEqual(locked);
  expect(await t.client.createUpload({ name: 'locked' }, { ...request, expires: '2040-01-02T04:04:05.678+01:00' })).toEqual(locked);
  expect(await t.client.createUpload({ name: 'locked' }, { ...request, proposedUploadMethods: inline('now') })).toMatchObject({
    uploadMethod: { dataInline: true },
  });
});

test('whatever contradicts the first request is a conflict', async () => {
  const upload = anUpload();
  const request = { ...upload, proposedUploadMethods: {} };
  await t.client.createUpload({ name: 'contradicted' }, request);
  const again = (changes: Partial<typeof request>, name = 'contradicted') =>
    refusal(t.client.createUpload({ name }, { ...request, ...changes }));
  expect(await again({ uploadId: slugid() })).toEqual(conflict);
  expect(await again({ expires: '2040-01-02T03:04:05.679Z' })).toEqual(conflict);
  expect(await again({ projectId: 'another' })).toEqual(conflict);
  expect(await again({}, 'the same upload id elsewhere')).toEqual(conflict);
  await stored('done');
  expect(await again({ uploadId: slugid() }, 'done')).toEqual(conflict);
});

test('many first requests for one name at once: one upload begins, the others are conflicts', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, () => t.client.createUpload({ name: 'raced' }, { ...anUpload(), proposedUploadMethods: {} })),
  );
  const refused = outcomes.filter((o) => o.status === 'rejected').map((o) => (o.reason as CallError).status);
  expect(refused).toEqual(Array(11).fill(409));
});

test('hashes are added by every request; another value is a conflict', async () => {
  const upload = { ...anUpload(), proposedUploadMethods: inline('x') };
  const name = 'hashed';
  await t.client.createUpload({ name }, { ...upload, hashes: { sha256 } });
  await t.client.createUpload({ name }, { ...upload, hashes: { sha256, sha512 } });
  expect(await refusal(t.client.createUpload({ name }, { ...upload, hashes: { sha256: 'c'.repeat(64) } }))).toEqual(conflict);
  const finish = { projectId, uploadId: upload.uploadId };
  expect(await refusal(t.client.finishUpload({ name }, { ...finish, hashes: { sha512: 'c'.repeat(128) } }))).toEqual(conflict);
  await t.client.finishUpload({ name }, { ...finish, hashes: { sha512 } });
  expect((await t.client.object({ name })).hashes).toEqual({ sha256, sha512 });
});

test('a finished object can be finished again with what is known, and never changes', async () => {
  const { uploadId } = await stored('finished');
  const finish = (hashes: object, id = uploadId) => t.client.finishUpload({ name: 'finished' }, { projectId, uploadId: id, hashes });
  expect(await finish({})).toEqual({});
  expect(await finish({ sha256 })).toEqual({});
  expect(await finish({ sha256 }, slugid())).toEqual({});
  expect(await refusal(finish({ sha512 }))).toEqual(conflict);
  expect(await refusal(finish({ sha256: 'c'.repeat(64) }))).toEqual(conflict);
});

test('finishing needs the right object, project and upload id, and data', async () => {
  const { uploadId, expires } = anUpload();
  const proposedUploadMethods = { putUrl: { contentType: 'text/plain', contentLength: 1 } };
  await t.client.createUpload({ name: 'no-data' }, { projectId, uploadId, expires, proposedUploadMethods });
  const finish = (name: string, changes = {}) => refusal(t.client.finishUpload({ name }, { projectId, uploadId, ...changes }));
  expect(await finish('unknown')).toEqual(notFound);
  expect(await finish('no-data', { projectId: 'another' })).toEqual({ status: 400, code: 'InputError' });
  expect(await finish('no-data', { uploadId: slugid() })).toEqual(conflict);
  expect(await finish('no-data')).toEqual({ status: 400, code: 'InputError' });
});

test('an object for which no way to upload was agreed on is empty once it is finished', async () => {
  const upload = anUpload();
  await t.client.createUpload({ name: 'empty' }, { ...upload, proposedUploadMethods: {} });
  await t.client.finishUpload({ name: 'empty' }, { projectId, uploadId: upload.uploadId });
  const { url } = await t.client.startDownload({ name: 'empty' }, { acceptDownloadMethods: { simple: true } });
  const response = await fetch(url);
  expect([response.status, await response.text()]).toEqual([200, '']);
});

test('a URL for an upload is worthless once the object is finished', async () => {
  const upload = anUpload();
  const name = 'sealed';
  const { uploadMethod } = await t.client.createUpload(
    { name },
    { ...upload, proposedUploadMethods: { putUrl: { contentType: 'text/plain', contentLength: 1 } } },
  );
  const { url = '', headers = {} } = uploadMethod.putUrl ?? {};
  await fetch(url, { method: 'PUT', headers, body: '1' });
  await t.client.finishUpload({ name }, { projectId, uploadId: upload.uploadId });
  expect((await fetch(url, { method: 'PUT', headers, body: '2' })).status).toBe(409);
  const { url: from } = await t.client.startDownload({ name }, { acceptDownloadMethods: { simple: true } });
  expect(await (await fetch(from)).text()).toBe('1');
});

test('an object that is not finished does not exist for readers', async () => {
  await t.client.createUpload({ name: 'unfinished' }, { ...anUpload(), proposedUploadMethods: inline('x') });
  for (const name of ['unfinished', 'never heard of']) {
    expect(await refusal(t.client.object({ name }))).toEqual(notFound);
    expect(await refusal(t.client.startDownload({ name }, { acceptDownloadMethods: { simple: true } }))).toEqual(notFound);
    expect((await fetch(`${t.rootUrl}/api/object/v1/download/${encodeURIComponent(name)}`, { redirect: 'manual' })).status).toBe(404);
  }
});

test('no common way of downloading is 406 and names the ways that there are', async () => {
  await stored('picky');
  const call = t.client.startDownload({ name: 'picky' }, { acceptDownloadMethods: {} });
  await expect(call).rejects.toMatchObject({ status: 406, code: 'NoMatchingMethod', message: expect.stringContaining('getUrl, simple') });
});

test('uploading needs the scope for the project and the name, downloading the one for the name', async () => {
  const upload = { ...anUpload(), proposedUploadMethods: inline('x') };
  const forbidden = { status: 403, code: 'InsufficientScopes' };
  t.holds('object:upload:other:*', 'object:upload:test-project:other', 'object:download:other');
  expect(await refusal(t.client.createUpload({ name: 'scoped' }, upload))).toEqual(forbidden);
  expect(await refusal(t.client.finishUpload({ name: 'scoped' }, { projectId, uploadId: upload.uploadId }))).toEqual(forbidden);
  expect(await refusal(t.client.object({ name: 'scoped' }))).toEqual(forbidden);
  t.holds('object:upload:test-project:scoped');
  await t.client.createUpload({ name: 'scoped' }, upload);
  await t.client.finishUpload({ name: 'scoped' }, { projectId, uploadId: upload.uploadId });
  t.holds('object:download:scoped');
  await t.client.object({ name: 'scoped' });
});

test('an object that no backend takes is refused, and one whose backend is gone says so', async () => {
  const elsewhere = await openTestObjects({ backendMap: ({ projectId }) => (projectId === 'kept' ? 'local' : undefined) });
  const none = { status: 400, code: 'NoMatchingBackend' };
  expect(await refusal(elsewhere.client.createUpload({ name: 'x' }, { ...anUpload(), proposedUploadMethods: {} }))).toEqual(none);
  const upload = { ...anUpload(), projectId: 'kept' };
  await elsewhere.client.createUpload({ name: 'y' }, { ...upload, proposedUploadMethods: inline('y') });
  (elsewhere.service.backends as Map<string, unknown>).delete('local');
  expect(await refusal(elsewhere.client.finishUpload({ name: 'y' }, { projectId: 'kept', uploadId: upload.uploadId }))).toEqual(none);
  await elsewhere.close();
});

test('times and names that cannot be stored are refused', async () => {
  const wrong = (changes: object, name = 'wrong') =>
    refusal(t.client.createUpload({ name }, { ...anUpload(), proposedUploadMethods: {}, ...changes }));
  const input = { status: 400, code: 'InputError' };
  expect(await wrong({ expires: '0000-01-01T00:00:00Z' })).toEqual(input);
  expect(await wrong({ expires: '2030-12-31T23:59:60Z' })).toEqual(input);
  expect(await wrong({ hashes: { other: 5 } })).toEqual(input);
  expect(await wrong({}, 'n'.repeat(2001))).toEqual(input);
  await t.client.createUpload({ name: 'n'.repeat(2000) }, { ...anUpload(), proposedUploadMethods: {} });
});
