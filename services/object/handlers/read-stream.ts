import { Readable } from 'node:stream';
import { ApiError, type Handler, respond } from '@taskcluster/api';
import type { object } from '@taskcluster/contracts';
import { servingHeaders } from '../domain/serving.ts';
import type { ObjectService } from '../service.ts';
import { findStream } from '../store/streams.ts';
import { follow } from '../streams/follow.ts';
import { isHead } from './head.ts';

/**
 * Sends a stream from an offset on; with `follow=1` it goes on as the stream grows. Its name is the permission to read it.
 * A reader that was cut off asks again from where it got to; it is at the end when `x-stream-complete` is true and nothing comes.
 */
export const readStream: Handler<typeof object.endpoints.readStream, ObjectService> = async (
  service,
  { params: { name }, query, stream, signal },
) => {
  const found = await findStream(service.db, name);
  if (!found) throw new ApiError('ResourceNotFound', 'There is no such stream. It may have expired, or nothing was written to it yet.');
  const { id, length, complete } = found;
  const offset = Number(query.offset ?? '0');
  if (offset > length) {
    throw new ApiError('InputError', 'The stream is {{length}} bytes long, and byte {{offset}} was asked for.', {
      length: String(length),
      offset: String(offset),
    });
  }
  const following = query.follow === '1' && !complete;
  const headers = {
    ...servingHeaders,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // Buffering by a reverse proxy would hold lines back.
    'x-accel-buffering': 'no',
    'x-stream-length': String(length),
    'x-stream-complete': String(complete),
    ...(following ? {} : { 'content-length': String(length - offset) }),
  };
  if (isHead(stream)) return respond(200, headers, Readable.from([]));
  const { followers, config, now } = service;
  return respond(
    200,
    headers,
    follow(followers, { id, offset, until: following ? undefined : length, idleMs: config.streamIdleMs, now, signal }),
  );
};
