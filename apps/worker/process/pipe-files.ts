import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, readSync, rmSync, unlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Named pipes that are used by one task after the other. Node cannot make one by itself, and a process for each task would cost
 * as much as the task: 1 to 20 ms, depending on how large our own process is.
 */
export interface PipeFiles {
  /** The path of a pipe that nobody has open. */
  take(): Promise<string>;
  /** Gives one back that we have closed. If a process that was left behind still has it open, it is not used again. */
  give(path: string): void;
}

const run = promisify(execFile);

/** Keeps pipes in a folder that is emptied first. */
export const openPipeFiles = async (folder: string): Promise<PipeFiles> => {
  rmSync(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const free: string[] = [];
  let made = 0;
  return {
    take: async () => {
      const known = free.pop();
      if (known !== undefined) return known;
      const path = join(folder, String(made++));
      await run('mkfifo', ['-m', '600', path]);
      return path;
    },
    give: (path) => {
      try {
        if (hasNoWriter(path)) free.push(path);
        else unlinkSync(path);
      } catch {
        // Somebody has deleted it: there will be a new one.
      }
    },
  };
};

/** Reading from a pipe without writers gives its end; with a writer there would be bytes, or EAGAIN. */
const hasNoWriter = (path: string): boolean => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readSync(fd, Buffer.alloc(1)) === 0;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
};
