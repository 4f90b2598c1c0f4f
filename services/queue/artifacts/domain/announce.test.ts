import { expect, test } from 'vitest';
import { artifactCreated, isAnnounced } from './announce.ts';
import { artifacts, key, taskWith } from './fixture.ts';

const { s3, object, reference, link, error } = artifacts;

test('uploaded artifacts are not announced, and objects only when they are finished', () => {
  expect([s3, object, { ...object, present: true }, reference, link, error].map(isAnnounced)).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
});

test('the message names run and worker and shows the artifact without its length or details', () => {
  const { exchange, routingKey, cc, payload } = artifactCreated(taskWith(), { ...reference, contentLength: 7 });
  expect(exchange).toBe('exchange/taskcluster-queue/v1/artifact-created');
  expect(routingKey).toBe(`primary.${key.taskId}.0.group.worker.local.default.-.${key.taskId}._`);
  expect(cc).toEqual(['route.index.a', 'route.index.b']);
  expect(payload).toEqual({
    version: 1,
    status: expect.objectContaining({ taskId: key.taskId, state: 'running' }),
    runId: 0,
    workerGroup: 'group',
    workerId: 'worker',
    artifact: { storageType: 'reference', name: 'public/a', expires: reference.expires, contentType: 'text/plain' },
  });
});
