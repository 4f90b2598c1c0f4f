import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ApiError } from '@taskcluster/api';
import type { Database, Tx } from '@taskcluster/db';
import type { Log } from '@taskcluster/log';
import { fileId, type OnDisk, pathOf } from '../disk/folder.ts';
import { receive } from '../disk/receive.ts';
import { type FileRow, findFile, lockFile, putFile, removeFiles } from '../store/files.ts';

/** Files on the local disk, found through rows in PostgreSQL. */
export interface LocalFiles {
  readonly db: Database;
  readonly log: Log;
  /** The folder of all files. */
  readonly root: string;
}

export const localFiles = ({ db, log, dataDir }: { readonly db: Database; readonly log: Log; readonly dataDir: string }): LocalFiles => ({
  db,
  log,
  root: join(dataDir, 'objects'),
});

export interface NewFile {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
  readonly contentEncoding: string | null;
  readonly source: Readable;
  readonly length?: number | undefined;
  readonly maxBytes: number;
  /** Called in the transaction that makes the file visible; throws an ApiError to refuse it. */
  readonly guard?: (tx: Tx) => Promise<void>;
}

/** Stores a file: it is seen whole, or not at all, and whoever reads the one that it replaces reads that one to its end. */
export const saveFile = async (
  files: LocalFiles,
  { bucket, key, contentType, contentEncoding, guard, ...incoming }: NewFile,
): Promise<{ readonly etag: string }> => {
  const received = await receive({ ...incoming, root: files.root, id: fileId(bucket, key) }).catch((err: unknown) => {
    // The uploader is told what it may know; whoever runs the platform has to act, and finds the rest here.
    if (err instanceof ApiError && err.status >= 500)
      files.log.error({ err, cause: err.cause }, 'the object store cannot write to its disk');
    throw err;
  });
  const etag = `"${received.sha256}"`;
  let replaced: OnDisk | undefined;
  try {
    await files.db.tx(async (tx) => {
      await guard?.(tx);
      replaced = await lockFile(tx, received.id);
      await putFile(tx, { ...received, bucket, key, contentType, contentEncoding, etag });
    }, 'object.save-file');
  } catch (err) {
    // After any other error the commit may have happened all the same. The sweep finds out later.
    if (err instanceof ApiError) await discard(files, [received]);
    throw err;
  }
  if (replaced) await discard(files, [replaced]);
  return { etag };
};

export interface OpenFile {
  readonly row: FileRow;
  readonly handle: FileHandle;
}

/** Opens a file; undefined when there is none. The caller closes the handle. */
export const openFile = async ({ db, root }: LocalFiles, bucket: string, key: string): Promise<OpenFile | undefined> => {
  // The row may name a version that is replaced before it is opened; the row then names another one.
  for (let attempt = 0; attempt < 5; attempt++) {
    const row = await findFile(db, fileId(bucket, key));
    if (!row) return undefined;
    const handle = await open(pathOf(root, row), 'r').catch((err: NodeJS.ErrnoException) => {
      if (err.code !== 'ENOENT') throw err;
    });
    if (handle) return { row, handle };
  }
  throw new Error(`The file of ${bucket}/${key} is missing on disk although its row exists.`);
};

/** Deletes files. Keys that do not exist are fine. */
export const deleteFiles = async (files: LocalFiles, bucket: string, keys: readonly string[]): Promise<void> => {
  const gone = await removeFiles(
    files.db,
    keys.map((key) => fileId(bucket, key)),
  );
  await discard(files, gone);
};

/** Deletes versions that no row names any more. One that cannot be deleted is left to the sweep. */
export const discard = async ({ root, log }: LocalFiles, gone: readonly OnDisk[]): Promise<void> => {
  for (const file of gone) {
    await rm(pathOf(root, file), { force: true }).catch((err: unknown) =>
      log.warn({ err }, 'a file that is not needed any more could not be deleted'),
    );
  }
};
