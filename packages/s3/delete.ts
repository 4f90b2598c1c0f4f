import { DeleteObjectCommand, DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Log } from '@taskcluster/log';
import { objectKey } from './object-key.ts';

export interface Deletion {
  readonly client: S3Client;
  readonly log: Log;
  /** The name of the bucket. */
  readonly bucket: string;
  /** Up to 1,000 keys with each request; otherwise one. */
  readonly bulk: boolean;
}

// What S3 takes with one request.
const batch = 1_000;
// Requests under way at a time where each deletes one key.
const parallel = 16;
// S3 answers for each key; the next try is only about those that failed.
const attempts = 3;

interface Failure {
  readonly key: string;
  readonly code: string;
}

/** Deletes keys, those that fail up to three times, and answers the keys that are still there. They are reported in one line. */
export const deleteKeys = async (deletion: Deletion, keys: readonly string[]): Promise<readonly string[]> => {
  let failed: readonly Failure[] = [];
  let left = [...new Set(keys)];
  for (let attempt = 0; attempt < attempts && left.length > 0; attempt++) {
    failed = await (deletion.bulk ? inBulk : oneByOne)(deletion, left);
    left = failed.map(({ key }) => key);
  }
  if (failed.length > 0) {
    const codes = [...new Set(failed.map(({ code }) => code))];
    const told = { bucket: deletion.bucket, count: failed.length, codes, firstKey: failed[0]?.key };
    deletion.log.error(
      told,
      'expired artifacts could not be deleted from S3 and will be tried again; may the platform delete (s3:DeleteObject)?',
    );
  }
  return left;
};

const inBulk = async ({ client, bucket }: Deletion, keys: readonly string[]): Promise<Failure[]> => {
  const failed: Failure[] = [];
  for (let start = 0; start < keys.length; start += batch) {
    const some = new Map(keys.slice(start, start + batch).map((key) => [objectKey(key), key]));
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Quiet: true, Objects: [...some.keys()].map((Key) => ({ Key })) } }),
    );
    for (const { Key = '', Code = 'unknown' } of Errors) if (Code !== 'NoSuchKey') failed.push({ key: some.get(Key) ?? Key, code: Code });
  }
  return failed;
};

const oneByOne = async ({ client, bucket }: Deletion, keys: readonly string[]): Promise<Failure[]> => {
  const failed: Failure[] = [];
  const todo = keys.values();
  const one = async () => {
    for (const key of todo) {
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: objectKey(key) }));
      } catch (err) {
        const { name, $metadata } = err as { name?: string; $metadata?: { httpStatusCode?: number } };
        if (name === 'NoSuchKey') continue;
        // No answer about this key at all: nobody can say anything about the others either.
        if ($metadata?.httpStatusCode === undefined || name === 'NoSuchBucket') throw err;
        failed.push({ key, code: name ?? 'unknown' });
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, one));
  return failed;
};
