import { expect, test } from 'vitest';
import { bucketOf } from './artifact.ts';
import { at, key } from './fixture.ts';
import { requestedArtifact } from './request.ts';

const uploadId = 'dSlITZ4yQgmvxxAi4A8fHQ';
const expires = at(60);
const reference = (url: string) => requestedArtifact(key, { storageType: 'reference', url, contentType: 'text/plain', expires }, uploadId);
const refused = { refused: 'InputError' };

test('each storage type keeps what it needs', () => {
  const base = { ...key, expires, contentType: 'a/b', contentLength: null, present: true };
  expect(requestedArtifact(key, { storageType: 's3', contentType: 'a/b', contentLength: 7, expires }, uploadId)).toEqual({
    ...base,
    storageType: 's3',
    contentLength: 7,
    details: { bucket: 'public', key: `${key.taskId}/0/public/a` },
  });
  expect(requestedArtifact(key, { storageType: 'object', contentType: 'a/b', expires }, uploadId)).toEqual({
    ...base,
    storageType: 'object',
    present: false,
    details: { uploadId },
  });
  expect(requestedArtifact(key, { storageType: 'link', contentType: 'a/b', artifact: 'x', expires }, uploadId)).toEqual({
    ...base,
    storageType: 'link',
    details: { artifact: 'x' },
  });
});

test('without a content type it is application/binary', () => {
  const error = { storageType: 'error', reason: 'file-missing-on-worker', message: 'm', expires } as const;
  expect(requestedArtifact(key, error, uploadId)).toMatchObject({
    contentType: 'application/binary',
    details: { reason: error.reason, message: 'm' },
  });
  expect(requestedArtifact(key, { storageType: 'link', artifact: 'x', expires }, uploadId)).toMatchObject({
    contentType: 'application/binary',
  });
});

test('only names below public/ are in the public bucket', () => {
  expect(['public/a', 'public/', 'public', 'Public/a', 'x/public/a', '/public/a', 'publicity/a'].map(bucketOf)).toEqual([
    'public',
    'public',
    'private',
    'private',
    'private',
    'private',
    'private',
  ]);
});

test('a reference leads to the web, with credentials if need be, and nowhere else', () => {
  for (const url of ['https://example.com/x', 'HTTP://u:p@example.com:1/x?y#z', 'https://x'])
    expect(reference(url)).toMatchObject({ details: { url } });
  const others = [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ftp://x/',
    'https:x',
    'https:///x',
    'http://[::',
    'blob:https://x/y',
  ];
  for (const url of others) expect(reference(url), url).toMatchObject(refused);
});

test('a content type that is no header is refused', () => {
  for (const contentType of ['', ' text/plain', 'text/plain\r\nx: y', 'text/ü', 'text/plain\0']) {
    expect(requestedArtifact(key, { storageType: 's3', contentType, expires }, uploadId), contentType).toMatchObject(refused);
  }
});

test('what nothing can store is refused', () => {
  const s3 = { storageType: 's3', contentType: 'a/b', expires } as const;
  expect(requestedArtifact({ ...key, name: 'x'.repeat(1024) }, s3, uploadId)).toMatchObject({ storageType: 's3' });
  expect(requestedArtifact({ ...key, name: 'x'.repeat(1025) }, s3, uploadId)).toMatchObject(refused);
  expect(requestedArtifact(key, { ...s3, contentLength: 1e300 }, uploadId)).toMatchObject(refused);
  expect(requestedArtifact(key, { ...s3, expires: '2026-12-31T23:59:60Z' }, uploadId)).toMatchObject(refused);
  for (const artifact of ['', 'a\0b', 'ü', 'x'.repeat(1025)]) {
    expect(requestedArtifact(key, { storageType: 'link', artifact, expires }, uploadId), artifact).toMatchObject(refused);
  }
});

test('the expiry is kept in milliseconds and UTC', () => {
  expect(
    requestedArtifact(key, { storageType: 's3', contentType: 'a/b', expires: '2026-02-03T14:00:00.1239+02:00' }, uploadId),
  ).toMatchObject({
    expires: '2026-02-03T12:00:00.123Z',
  });
});
