import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '@taskcluster/api';
import { diskFailure } from './failure.ts';
import { incomingFolder, makeFolder, type OnDisk, pathOf, syncFolder } from './folder.ts';

export interface Received extends OnDisk {
  readonly size: number;
  /** In hexadecimal, of the bytes as they were sent. */
  readonly sha256: string;
}

export interface Incoming {
  /** The folder of all files. */
  readonly root: string;
  readonly id: Buffer;
  readonly source: Readable;
  /** What the sender announced; undefined when it did not. */
  readonly length?: number | undefined;
  readonly maxBytes: number;
}

/**
 * Writes a stream to disk in constant memory: to a temporary file, synced, then renamed to a version of its own. Nothing refers
 * to that version yet. When anything fails the temporary file is gone and an ApiError or the cause is thrown.
 */
export const receive = async ({ root, id, source, length, maxBytes }: Incoming): Promise<Received> => {
  const version = randomBytes(8).toString('hex');
  const temporary = join(incomingFolder(root), `${id.toString('hex').slice(0, 16)}-${version}`);
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      done(size > maxBytes ? tooLarge(maxBytes) : null, chunk);
    },
  });
  try {
    await makeFolder(incomingFolder(root));
    await pipeline(source, measure, createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true }));
    if (length !== undefined && size !== length) throw wrongLength(length, size);
    const final = pathOf(root, { id, version });
    await makeFolder(dirname(final));
    await rename(temporary, final);
    await syncFolder(dirname(final));
  } catch (err) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cutShort(err) ? wrongLength(length, size) : diskFailure(err);
  }
  return { id, version, size, sha256: hash.digest('hex') };
};

const cutShort = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(err.code));

export const tooLarge = (maxBytes: number) =>
  new ApiError(
    'InputTooLarge',
    'The data is larger than {{maxBytes}} bytes, which is the most that one file may have. Split it, or raise OBJECT_MAX_BYTES.',
    {
      maxBytes: String(maxBytes),
    },
  );

const wrongLength = (length: number | undefined, size: number) =>
  new ApiError(
    'InputError',
    'The data ended after {{size}} bytes although {{length}} were announced. Nothing was stored; send all of it again.',
    {
      size: String(size),
      length: String(length ?? 'more'),
    },
  );
