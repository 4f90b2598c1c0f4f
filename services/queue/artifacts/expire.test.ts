import { localArtifactStore } from '@taskcluster/service-object';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QueueService } from '../service.ts';
import { expireArtifacts } from './expire.ts';
import { openTestArtifacts, queueBeside, type TestArtifacts, underStore } from './fixture.ts';

let t: TestArtifacts;
let service: QueueService;
beforeAll(async () => {
  t = await openTestArtifacts();
  service = queueBeside(t, localArtifactStore({ platform: underStore(t) }));
});
afterAll(async () => {
  service.claims.close();
  await t.platform.close();
});

const uploaded = async (taskId: string, name: string, expires: string) => {
  const reply = await t.create(taskId, name, { storageType: 's3', contentType: 'text/plain', expires });
  if (reply.storageType !== 's3') throw new Error(reply.storageType);
  await fetch(reply.putUrl, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: 'data' });
};
const countFiles = async () =>
  (await readdir(join(t.platform.dataDir, 'objects'), { recursive: true, withFileTypes: true })).filter((f) => f.isFile()).length;

test('half an hour after its expiry an artifact goes, with its data, and others stay', async () => {
  const taskId = await t.runningTask();
  const [soon, later] = [t.inHours(0.1), t.inHours(9)];
  await uploaded(taskId, 'public/soon', soon);
  await uploaded(taskId, 'soon', soon);
  await uploaded(taskId, 'later', later);
  await t.create(taskId, 'ref', { storageType: 'reference', url: 'https://example.com', contentType: 'text/plain', expires: soon });
  const names = async () => (await t.queue.listArtifacts({ taskId, runId: '0' })).artifacts.map((a) => a.name);

  await t.platform.clock.advance('20m');
  expect(await expireArtifacts.step(service, 100)).toBe(0);
  expect([(await names()).length, await countFiles()]).toEqual([4, 3]);

  await t.platform.clock.advance('17m');
  const steps = [await expireArtifacts.step(service, 2), await expireArtifacts.step(service, 2), await expireArtifacts.step(service, 2)];
  expect(steps).toEqual([2, 1, 0]);
  expect([await names(), await countFiles()]).toEqual([['later'], 1]);
  const { url } = await t.queue.getArtifact({ taskId, runId: '0', name: 'later' });
  expect(await (await fetch(url)).text()).toBe('data');
});

test('several processes share the work: each artifact is taken by one of them', async () => {
  const taskId = await t.runningTask();
  const expires = t.inHours(0);
  await Promise.all(Array.from({ length: 60 }, (_, i) => t.create(taskId, `n${i}`, { storageType: 's3', contentType: 'a/b', expires })));
  await t.platform.clock.advance('31m');
  const counts = await Promise.all(Array.from({ length: 6 }, () => expireArtifacts.step(service, 20)));
  expect(counts.reduce((sum, n) => sum + n, 0)).toBe(60);
  expect((await t.queue.listArtifacts({ taskId, runId: '0' })).artifacts).toEqual([]);
});
