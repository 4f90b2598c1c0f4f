import { promisify } from 'node:util';
import { brotliCompress, constants, createGunzip, createInflate, deflate, gzip } from 'node:zlib';
import type { Readable } from 'node:stream';
import { maxBodyBytes } from './body.ts';
import { ApiError } from './errors.ts';

const gzipAsync = promisify(gzip);
const deflateAsync = promisify(deflate);
const brotliAsync = promisify(brotliCompress);

/** Replies shorter than this are sent as they are (api-conventions, "Replies"). */
const minBytes = 1024;

/** Whether an Accept-Encoding header names an encoding, and not with a weight of nothing. */
export const accepts = (header: string, encoding: string): boolean =>
  header.split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    return name === encoding && !parameters.some((p) => /^q=0(?:\.0*)?$/.test(p));
  });

/** Compresses a reply as the caller accepts it; undefined when it is short or nothing fitting is accepted. */
export const compress = async (
  text: string,
  accepted: string | undefined,
): Promise<{ readonly encoding: string; readonly body: Buffer } | undefined> => {
  if (accepted === undefined || text.length < minBytes) return undefined;
  // gzip first: for JSON of this size brotli at a speed worth having saves little more.
  if (accepts(accepted, 'gzip')) return { encoding: 'gzip', body: await gzipAsync(text) };
  if (accepts(accepted, 'br'))
    return { encoding: 'br', body: await brotliAsync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }) };
  if (accepts(accepted, 'deflate')) return { encoding: 'deflate', body: await deflateAsync(text) };
  return undefined;
};

/** Undoes a request's content-encoding, never letting it grow beyond the body limit. */
export const decompressed = (payload: Readable, encoding: string): Readable => {
  const unzip = encoding === 'gzip' || encoding === 'x-gzip' ? createGunzip() : encoding === 'deflate' ? createInflate() : undefined;
  if (!unzip)
    throw new ApiError('MalformedPayload', 'The content-encoding {{encoding}} is not understood; gzip and deflate are.', { encoding });
  let size = 0;
  unzip.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBodyBytes) unzip.destroy(tooLarge());
  });
  // The framework stops listening once it has refused the request; an error after that must not end the process.
  unzip.on('error', () => {});
  payload.on('error', (err) => unzip.destroy(err));
  return payload.pipe(unzip);
};

export const tooLarge = () =>
  new ApiError('InputTooLarge', 'The request body is larger than {{limit}} bytes, which is the most that a request may carry.', {
    limit: String(maxBodyBytes),
  });
