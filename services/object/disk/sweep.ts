import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { incomingFolder, type OnDisk, shardFolder } from './folder.ts';

/** Nobody writes into a file for so long and goes on. Milliseconds. */
export const abandonedMs = 3_600_000;

const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder);
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return [];
    throw err;
  }
};

const isAbandoned = async (path: string, now: number): Promise<boolean> => {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
  return mtimeMs < now - abandonedMs;
};

/** Deletes temporary files that a process left behind when it was killed. Answers how many. */
export const sweepIncoming = async (root: string, now: number): Promise<number> => {
  let count = 0;
  for (const name of await namesIn(incomingFolder(root))) {
    const path = join(incomingFolder(root), name);
    if (!(await isAbandoned(path, now))) continue;
    await rm(path, { force: true });
    count++;
  }
  return count;
};

export interface Found extends OnDisk {
  readonly path: string;
}

/** Files of one shard that are old enough that a row would refer to them if one ever will. */
export const settledFiles = async (root: string, shard: number, now: number): Promise<Found[]> => {
  const folder = shardFolder(root, shard);
  const found: Found[] = [];
  for (const name of await namesIn(folder)) {
    const [, id, version] = /^([0-9a-f]{64})-([0-9a-f]{16})$/.exec(name) ?? [];
    const path = join(folder, name);
    if (id && version && (await isAbandoned(path, now))) found.push({ id: Buffer.from(id, 'hex'), version, path });
  }
  return found;
};
