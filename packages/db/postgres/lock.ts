import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { diskFull, folderError, PostgresStartError } from './error.ts';
import { ownerOf, readIfThere } from './folder.ts';

export interface FolderLock {
  release(): void;
}

// SQLITE_BUSY and SQLITE_FULL, https://sqlite.org/rescode.html
const [busy, full] = [5, 13];

/**
 * Takes the data folder for this process, or says who has it.
 *
 * The lock is the kernel's (fcntl): it ends with the process, however the process ends, so there is no stale lock to
 * judge by process ids that are used again, and it also holds between containers that share a volume.
 * Node has no call for it; its built-in SQLite does, and an open exclusive transaction on an empty file is just that lock.
 * Do not open `lock` in any other way: the kernel drops a process's lock when that process closes any handle of the file.
 */
export function lockFolder(folder: string): FolderLock {
  const file = path.join(folder, 'lock');
  const holder = path.join(folder, 'lock-holder');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('begin exclusive');
    fs.writeFileSync(holder, `${process.pid} on ${os.hostname()}\n`);
    shareWithOwner(folder, [file, holder]);
  } catch (error) {
    database?.close();
    throw lockError(error, folder, holder);
  }
  const held = database;
  return {
    release: () => {
      if (!held.isOpen) return;
      fs.rmSync(holder, { force: true });
      held.close();
    },
  };
}

/** After one start with sudo, the owner of the folder must still be able to take the lock. */
function shareWithOwner(folder: string, files: readonly string[]): void {
  const owner = ownerOf(folder);
  if (process.getuid?.() !== 0 || !owner) return;
  for (const file of files) fs.lchownSync(file, owner.uid, owner.gid);
}

function lockError(error: unknown, folder: string, holder: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return folderError(error, folder);
  if (error.errcode === busy) {
    const [pid, ...host] = (readIfThere(holder) ?? '').trim().split(' ');
    const who = pid ? `the process with the pid ${pid} ${host.join(' ')}` : 'another process';
    return new PostgresStartError(
      'DataFolderInUse',
      `The data folder ${folder} is in use by ${who}. Stop that process first, or use another data folder.`,
      { cause: error },
    );
  }
  if (error.errcode === full) return diskFull(folder, error);
  return new PostgresStartError(
    'DataFolderNotWritable',
    `The data folder ${folder} cannot be locked (${error.message}). Make the folder and its file lock writable, or use another data folder.`,
    { cause: error },
  );
}
