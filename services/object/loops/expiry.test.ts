import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localArtifactStore } from '../artifact-store.ts';
import { fileId, incomingFolder, pathOf } from '../disk/folder.ts';
import { openTestObjects, type TestObjects } from '../fixture.ts';
import { fileSweep, objectExpiry, streamExpiry } from './expiry.ts';

let t: TestObjects;
beforeEach(async () => (t = await openTestObjects()));
afterEach(() => t.close());

const projectId = 'p';
const idOf = (n: number) => `AAAAAAAAQAeAAAAAAAAA${n}A`;
const upload = async (name: string, n: number, { finished, days }: { finished: boolean; days: number }) => {
  const expires = new Date(t.clock.now() + days * 86_400_000).toISOString();
  const proposedUploadMethods = { dataInline: { contentType: 'text/plain', objectData: 'aGk=' } };
  await t.client.createUpload({ name }, { projectId, uploadId: idOf(n), expires, proposedUploadMethods });
  if (finished) await t.client.finishUpload({ name }, { projectId, uploadId: idOf(n) });
};
const exists = (name: string) =>
  t.client.object({ name }).then(
    () => true,
    () => false,
  );
const filesOnDisk = async () =>
  (await readdir(t.service.files.root, { recursive: true, withFileTypes: true })).filter((f) => f.isFile()).length;

test('expired objects are deleted with their data, and others stay', async () => {
  await upload('short', 1, { finished: true, days: 2 });
  await upload('long', 2, { finished: true, days: 5 });
  expect(await objectExpiry.step(t.service, 10)).toBe(0);
  await t.clock.advance('3d');
  expect(await exists('short')).toBe(true);
  expect(await objectExpiry.step(t.service, 10)).toBe(1);
  expect(await exists('short')).toBe(false);
  expect(await exists('long')).toBe(true);
  expect(await filesOnDisk()).toBe(1);
});

test('an upload that nobody finished is given up after a day, and its name is free again', async () => {
  await upload('abandoned', 1, { finished: false, days: 30 });
  await t.clock.advance('23h');
  expect(await objectExpiry.step(t.service, 10)).toBe(0);
  await t.clock.advance('2h');
  expect(await objectExpiry.step(t.service, 10)).toBe(1);
  expect(await filesOnDisk()).toBe(0);
  await upload('abandoned', 2, { finished: true, days: 1 });
  expect(await exists('abandoned')).toBe(true);
});

test('a URL of an upload that was given up cannot write into a later object of the same name', async () => {
  const name = 'reused';
  const proposedUploadMethods = { putUrl: { contentType: 'text/plain', contentLength: 1 } };
  const soon = new Date(t.clock.now() + 60_000).toISOString();
  const { uploadMethod } = await t.client.createUpload({ name }, { projectId, uploadId: idOf(1), expires: soon, proposedUploadMethods });
  await t.clock.advance('2m');
  await objectExpiry.step(t.service, 10);
  await upload(name, 2, { finished: false, days: 1 });
  const { url = '', headers = {} } = uploadMethod.putUrl ?? {};
  expect((await fetch(url, { method: 'PUT', headers, body: 'x' })).status).toBe(409);
});

test('a backend that fails keeps its objects for the next time, and one that is gone does not block the others', async () => {
  await upload('kept', 1, { finished: true, days: 1 });
  await t.clock.advance('2d');
  const backends = t.service.backends as Map<string, ReturnType<typeof t.service.backends.get>>;
  const local = backends.get('local');
  if (!local) throw new Error('there is a local backend');
  backends.set('local', { ...local, remove: () => Promise.reject(new Error('out of order')) });
  expect(await objectExpiry.step(t.service, 10)).toBe(0);
  expect(await exists('kept')).toBe(true);
  backends.delete('local');
  expect(await objectExpiry.step(t.service, 10)).toBe(0);
  backends.set('local', local);
  expect(await objectExpiry.step(t.service, 10)).toBe(1);
});

test('many processes share the work, and none does it twice', async () => {
  for (let n = 0; n < 8; n++) await upload(`o${n}`, n, { finished: true, days: 1 });
  await t.clock.advance('2d');
  const counts = await Promise.all([1, 2, 3, 4].map(() => objectExpiry.step(t.service, 2)));
  expect(counts).toEqual([2, 2, 2, 2]);
  expect(await objectExpiry.step(t.service, 2)).toBe(0);
});

test('a stream goes an hour after it was completed, or after 31 days', async () => {
  const name = (n: number) => `t/${idOf(1)}/0/${'a'.repeat(21)}${n}/live.log`;
  await t.client.appendStream({ name: name(1), offset: '0', last: '1' }, 'done');
  await t.client.appendStream({ name: name(2), offset: '0' }, 'open');
  const status = async (n: number) => (await fetch(`${t.rootUrl}/api/object/v1/stream/${name(n)}`)).status;
  await t.clock.advance('59m');
  expect(await streamExpiry.step(t.service, 10)).toBe(0);
  await t.clock.advance('2m');
  expect(await streamExpiry.step(t.service, 10)).toBe(1);
  expect([await status(1), await status(2)]).toEqual([404, 200]);
  await t.clock.advance('31d');
  expect(await streamExpiry.step(t.service, 10)).toBe(1);
  expect(await status(2)).toBe(404);
});

test('what a killed process left on disk is swept, and what is young or in use stays', async () => {
  const artifacts = localArtifactStore(t);
  const upload = { bucket: 'public', key: 'k', contentType: 'text/plain', expiresInSeconds: 60 } as const;
  await fetch(await artifacts.putUrl(upload), { method: 'PUT', body: 'x', headers: { 'content-type': 'text/plain' } });
  const { root } = t.service.files;
  const id = fileId('public-artifacts', 'k');
  const orphan = { id, version: '0'.repeat(16) };
  const young = { id, version: '1'.repeat(16) };
  const temporary = join(incomingFolder(root), 'left');
  await mkdir(incomingFolder(root), { recursive: true });
  for (const path of [pathOf(root, orphan), pathOf(root, young), temporary]) await writeFile(path, 'x');
  const twoHoursAgo = new Date(Date.now() - 7_200_000);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && !entry.name.endsWith(young.version)) await utimes(join(entry.parentPath, entry.name), twoHoursAgo, twoHoursAgo);
  }
  const sweep = fileSweep();
  let swept = 0;
  for (let shard = 0; shard < 256; shard++) swept += await sweep.step(t.service, 1);
  expect(swept).toBe(2);
  expect(await filesOnDisk()).toBe(2);
  expect(await (await fetch(await artifacts.getUrl(upload))).text()).toBe('x');
});
