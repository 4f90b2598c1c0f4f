import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { ArtifactErrorReason } from '@taskcluster/contracts';

/** Why a file cannot become an artifact: the content of an `error` artifact. */
export interface Unusable {
  readonly reason: ArtifactErrorReason;
  readonly message: string;
}

export interface OpenFile {
  readonly file: FileHandle;
  readonly size: number;
}

/**
 * Opens a regular file that lies inside `root`, wherever symbolic links on the way to it lead. Named pipes, devices and sockets are
 * refused without opening them, as opening can hang or do harm; a file that is swapped for something else meanwhile is noticed.
 */
export const openInside = async (root: string, path: string): Promise<OpenFile | Unusable> => {
  try {
    const real = await realpath(path);
    if (!isInside(root, real)) return invalid(`${path} leads out of ${root}`);
    const refused = unlessFile(await lstat(real), path);
    if (refused) return refused;
    return await opened(real, path);
  } catch (err) {
    return unusable(err, path);
  }
};

export const isInside = (root: string, real: string): boolean => real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);

const opened = async (real: string, path: string): Promise<OpenFile | Unusable> => {
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const stats = await file.stat();
    const refused =
      unlessFile(stats, path) ?? ((await isStill(file, real)) ? undefined : invalid(`${path} was replaced while it was being opened`));
    if (!refused) return { file, size: stats.size };
    await file.close();
    return refused;
  } catch (err) {
    await file.close();
    throw err;
  }
};

/** O_NOFOLLOW looks at the last part of a path only. Linux says where an open file really is; elsewhere we look twice. */
const isStill = async (file: FileHandle, real: string): Promise<boolean> => {
  if (process.platform === 'linux') return (await readlink(`/proc/self/fd/${file.fd}`)).replace(/ \(deleted\)$/, '') === real;
  const [now, ours] = [await lstat(await realpath(real)), await file.stat()];
  return now.ino === ours.ino && now.dev === ours.dev;
};

const unlessFile = (stats: Stats, path: string): Unusable | undefined => {
  if (stats.isFile()) return undefined;
  const kinds = [
    [stats.isDirectory(), 'a directory'],
    [stats.isSymbolicLink(), 'a symbolic link'],
    [stats.isFIFO(), 'a named pipe'],
    [stats.isSocket(), 'a socket'],
  ] as const;
  return invalid(`${path} is ${kinds.find(([is]) => is)?.[1] ?? 'a device'}, not a file`);
};

export const invalid = (message: string): Unusable => ({ reason: 'invalid-resource-on-worker', message });

/** What a failed file operation says about the artifact. */
export const unusable = (err: unknown, path: string): Unusable => {
  const { code } = err as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { reason: 'file-missing-on-worker', message: `${path} does not exist` };
  if (code === 'EACCES' || code === 'EPERM') return { reason: 'file-not-readable-on-worker', message: `${path} may not be read` };
  return invalid(`${path} cannot be read (${code ?? String(err)})`);
};
