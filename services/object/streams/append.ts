import { ApiError } from '@taskcluster/api';
import type { Database } from '@taskcluster/db';
import { appendAtEnd, type Appended, lockStream, type Stream, streamGrew } from '../store/streams.ts';

/**
 * Appends bytes where they belong and answers how long the stream is now. May be repeated: bytes that are stored already are
 * skipped. 409 for a gap and for bytes after the end of a complete stream; 413 beyond `maxBytes`.
 */
export const append = (db: Database, piece: Appended, maxBytes: number): Promise<number> => {
  if (piece.offset + piece.bytes.length > maxBytes) {
    throw new ApiError(
      'InputTooLarge',
      'The stream would be longer than {{maxBytes}} bytes, which is the most that it may have. Send no more of it; upload it as a file.',
      {
        maxBytes: String(maxBytes),
      },
    );
  }
  return db.tx(async (tx) => {
    const grown =
      (await appendAtEnd(tx, piece)) ?? (await appendRest(piece, await lockStream(tx, piece.name), (rest) => appendAtEnd(tx, rest)));
    tx.wake(streamGrew, String(grown.id));
    return grown.length;
  });
};

/** Appends what the stream, which is held, does not have yet. */
const appendRest = async (
  piece: Appended,
  stream: Stream | undefined,
  write: (rest: Appended) => Promise<Stream | undefined>,
): Promise<Stream> => {
  if (!stream) throw new Error('A stream was neither made nor found.');
  const known = stream.length - piece.offset;
  if (known < 0) {
    throw new ApiError(
      'RequestConflict',
      'The stream is {{length}} bytes long, and these bytes begin at {{offset}}. Send what is missing first.',
      {
        length: String(stream.length),
        offset: String(piece.offset),
      },
    );
  }
  const bytes = piece.bytes.subarray(known);
  const finishing = piece.last && !stream.complete;
  if (bytes.length === 0 && !finishing) return stream;
  if (stream.complete) {
    throw new ApiError('RequestConflict', 'The stream was completed at {{length}} bytes and takes no more. Begin another one.', {
      length: String(stream.length),
    });
  }
  if (finishing && piece.offset + piece.bytes.length < stream.length) {
    throw new ApiError('RequestConflict', 'The stream is {{length}} bytes long already, so it cannot end before. Complete it at its end.', {
      length: String(stream.length),
    });
  }
  const grown = await write({ ...piece, offset: stream.length, bytes });
  if (!grown) throw new Error('A stream changed although it was held.');
  return grown;
};
