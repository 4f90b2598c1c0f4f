import type { Readable } from 'node:stream';
import { ApiError, type Handler } from '@taskcluster/api';
import type { object } from '@taskcluster/contracts';
import { runOf } from '../domain/stream-name.ts';
import type { ObjectService } from '../service.ts';
import { append } from '../streams/append.ts';

// Held in memory while it is written. A worker that coalesces sends some 100 KB at a time.
const maxBody = 8 * 1024 * 1024;

/**
 * Appends the body to a stream. It may be done by whoever may create artifacts of the run that the name begins with.
 * An empty body at offset 0 makes the stream, so that it can be followed before there is anything in it.
 */
export const appendStream: Handler<typeof object.endpoints.appendStream, ObjectService> = async (
  service,
  { params: { name }, query, headers, stream, caller },
) => {
  caller.authorize({ name, run: runOf(name) });
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new ApiError('InputError', 'A stream takes plain bytes. Send them without content-encoding.');
  const bytes = await bodyOf(stream);
  const { offset = '0', last } = query;
  const length = await append(service.db, { name, offset: Number(offset), bytes, last: last === '1' }, service.config.maxStreamBytes);
  return { length };
};

const bodyOf = async (stream: Readable): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    size += (part as Buffer).length;
    if (size > maxBody)
      throw new ApiError('InputTooLarge', `More than ${maxBody} bytes were sent at once. Send a stream in smaller pieces.`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
};
