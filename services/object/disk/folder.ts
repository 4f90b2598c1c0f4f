import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The name of a key's file: 64 hexadecimal digits whatever the key holds, so that no key can lead out of the folder. */
export const fileId = (bucket: string, key: string): Buffer => createHash('sha256').update(`${bucket}\0${key}`).digest();

export interface OnDisk {
  readonly id: Buffer;
  readonly version: string;
}

export const shards = 256;
export const shardFolder = (root: string, shard: number): string => join(root, shard.toString(16).padStart(2, '0'));
export const incomingFolder = (root: string): string => join(root, 'incoming');
export const pathOf = (root: string, { id, version }: OnDisk): string =>
  join(shardFolder(root, id[0] ?? 0), `${id.toString('hex')}-${version}`);

/** Makes a folder, readable by its owner only, and its entry in the folder above durable. */
export const makeFolder = async (path: string): Promise<void> => {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(made));
};

/** Makes the names in a folder durable: a renamed file may otherwise be gone after a power cut, although its bytes are safe. */
export const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
