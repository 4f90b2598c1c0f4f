import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ApiError, type Handler, respond, type Respond } from '@taskcluster/api';
import type { object } from '@taskcluster/contracts';
import { openFile } from '../backends/files.ts';
import { requirePermit } from '../domain/permit.ts';
import { type ByteRange, parseRange } from '../domain/range.ts';
import { acceptsGzip, dispositionOf, isKnownVersion, servedType, servingHeaders } from '../domain/serving.ts';
import type { ObjectService } from '../service.ts';
import type { FileRow } from '../store/files.ts';
import { isHead } from './head.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** Sends a stored file to whoever has a signed URL for it. Ranges, conditional requests, gzip as stored or undone. */
export const getLocal: Handler<typeof object.endpoints.getLocal, ObjectService> = async (
  service,
  { params: { bucket, key }, query, headers, stream },
) => {
  requirePermit(service, { method: 'GET', bucket, key, contentType: query.type, disposition: query.disposition }, query);
  const opened = await openFile(service.files, bucket, key);
  if (!opened) throw new ApiError('ResourceNotFound', 'Nothing is stored here: it was not uploaded, or it has expired.');
  const { row, handle } = opened;
  const file = { row, key, disposition: query.disposition };
  let answer: Answer;
  try {
    answer = answerTo(file, headers);
  } catch (err) {
    await handle.close();
    throw err;
  }
  return send(handle, answer, isHead(stream));
};

interface Answer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly range?: ByteRange | undefined;
  readonly unzip: boolean;
}

/** Decides what is sent, from the file's row and the request's headers alone. */
const answerTo = (
  { row, key, disposition }: { readonly row: FileRow; readonly key: string; readonly disposition: string | undefined },
  asked: Headers,
): Answer => {
  const zipped = row.contentEncoding === 'gzip';
  const unzip = zipped && !acceptsGzip(asked['accept-encoding']);
  // What was unzipped on the way is another representation, and other bytes than the next time: a weak tag of its own.
  const etag = unzip ? `W/${row.etag.slice(0, -1)}-plain"` : row.etag;
  const headers: Record<string, string> = {
    ...servingHeaders,
    etag,
    // Whoever may read it may keep it, and asks each time whether it is still the same.
    'cache-control': 'private, no-cache, no-transform',
    ...(zipped ? { vary: 'accept-encoding' } : {}),
  };
  if (isKnownVersion(asked['if-none-match'], etag)) return { status: 304, headers, unzip };
  headers['content-type'] = servedType(row.contentType);
  headers['content-disposition'] = dispositionOf(key, row.contentType, disposition);
  if (unzip) return { status: 200, headers, unzip };
  if (row.contentEncoding !== null) headers['content-encoding'] = row.contentEncoding;
  headers['accept-ranges'] = 'bytes';
  const range = parseRange(asked.range, row.size);
  if (range === 'unsatisfiable') return { status: 416, headers: { ...servingHeaders, 'content-range': `bytes */${row.size}` }, unzip };
  headers['content-length'] = String(range ? range.end - range.start + 1 : row.size);
  if (!range) return { status: 200, headers, unzip };
  headers['content-range'] = `bytes ${range.start}-${range.end}/${row.size}`;
  return { status: 206, headers, range, unzip };
};

const send = async (handle: FileHandle, { status, headers, range, unzip }: Answer, head: boolean): Promise<Respond> => {
  if (head || status === 304 || status === 416) {
    await handle.close();
    return respond(status, headers, head && status < 300 ? Readable.from([]) : undefined);
  }
  const bytes = handle.createReadStream(range ? { start: range.start, end: range.end } : {});
  if (!unzip) return respond(status, headers, bytes);
  // The error goes to whoever reads the unzipped end; the callback only keeps it from being thrown a second time.
  return respond(
    status,
    headers,
    pipeline(bytes, createGunzip(), () => {}),
  );
};
