import { type FileHandle, open, unlink } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';

/** Bytes of a known number that can be read more than once. */
export interface Source {
  readonly size: number;
  /** At most `length` bytes from `offset` on; none at the end. */
  read(offset: number, length: number): Promise<Buffer<ArrayBuffer>>;
}

/** What is to be uploaded. */
export interface Body extends Source {
  close(): Promise<void>;
}

export const sourceOf = (file: FileHandle, size: number): Source => ({
  size,
  read: async (offset, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  },
});

const chunkBytes = 256 << 10;

/** The bytes of a source as a stream that fails, rather than ends early, when the file has become shorter. */
export const streamOf = (source: Source): Readable => Readable.from(chunksOf(source), { objectMode: false });

async function* chunksOf({ size, read }: Source): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < size;) {
    const chunk = await read(offset, Math.min(chunkBytes, size - offset));
    if (chunk.length === 0) throw new Error('the file became shorter while it was being read');
    offset += chunk.length;
    yield chunk;
  }
}

const compress = promisify(gzip);
// Compressed in memory up to this size: nearly all artifacts are small, and a temporary file costs more than the compression.
const smallBytes = 256 << 10;

/**
 * A source, compressed. The length has to be known before the upload begins, so a large one goes through a file that is made at
 * `temporaryFile`.
 */
export const gzipped = async (source: Source, temporaryFile: string): Promise<Body> => {
  if (source.size <= smallBytes) {
    const bytes = await compress(await all(source));
    return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length), close: async () => {} };
  }
  await pipeline(streamOf(source), createGzip(), createWriteStream(temporaryFile, { flags: 'wx', mode: 0o600 }));
  const file = await open(temporaryFile);
  await unlink(temporaryFile);
  const { size } = await file.stat();
  return { ...sourceOf(file, size), close: () => file.close() };
};

const all = async (source: Source): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of chunksOf(source)) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** A source as it is. */
export const plain = (source: Source): Body => ({ size: source.size, read: source.read, close: async () => {} });
