import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { maxBodyBytes } from './body.ts';
import { decompressed, tooLarge } from './compression.ts';
import { ApiError } from './errors.ts';

/** What bodies may take of a process while they arrive. It is not known yet who sends them, so nobody may have much. */
export interface BodyLimits {
  /** Milliseconds in which a JSON body has to be there. */
  readonly deadlineMs: number;
  /** The bytes of all JSON bodies that are under way, unpacked. */
  readonly totalBytes: number;
  /** Milliseconds in which at least one byte of an upload has to come; it may be noticed that much later. */
  readonly idleMs: number;
}

const bodyLimits: BodyLimits = { deadlineMs: 60_000, totalBytes: 256 * 1024 * 1024, idleMs: 60_000 };

/** JSON is kept as text (its signature may be checked); anything else is read and ignored. */
export const acceptBodies = (app: FastifyInstance, given: Partial<BodyLimits> = {}): void => {
  hideContentTypes(app);
  const receive = receiver({ ...bodyLimits, ...given });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, done) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > maxBodyBytes) return done(tooLarge());
    receive(payload, (err, text) => {
      // What unpacks holds memory of its own.
      if (err && payload !== request.raw) payload.destroy();
      done(err, text);
    });
  });
  app.addHook('preParsing', async (request, _, payload) => {
    const encoding = request.headers['content-encoding']?.trim().toLowerCase();
    if (!encoding || encoding === 'identity') return payload;
    // Whoever reads the raw body keeps it as it came.
    if (request.routeOptions.config.apiMethod?.endpoint.input === 'stream') return payload;
    const unpacked = decompressed(payload as never, encoding);
    delete request.headers['content-length'];
    return unpacked;
  });
};

/**
 * The framework chooses a parser by the content type, and refuses what is no media type. Here one parser takes everything, and handlers
 * are to see what was sent, whatever it is: so the type is kept from the framework while it looks.
 */
const hideContentTypes = (app: FastifyInstance): void => {
  const sent = new WeakMap<FastifyRequest, string>();
  app.addHook('onRequest', (request, _, next) => {
    const type = request.headers['content-type'];
    // The usual one is a media type: nothing to hide.
    if (type !== undefined && type !== 'application/json') {
      sent.set(request, type);
      request.headers['content-type'] = 'application/octet-stream';
    }
    next();
  });
  app.addHook('preValidation', (request, _, next) => {
    const type = sent.get(request);
    if (type !== undefined) request.headers['content-type'] = type;
    next();
  });
};

type Done = (err: Error | null, text?: string) => void;

interface Receiving {
  bytes: number;
  readonly refuse: (why: Error) => void;
}

/**
 * Reads bodies as text. When they take too much together, the one that began first gives way: whoever holds bodies back to fill the
 * memory has the oldest ones, and a request that arrives whole is hardly ever among them.
 */
const receiver = ({ deadlineMs, totalBytes }: BodyLimits) => {
  const underWay = new Set<Receiving>();
  let total = 0;
  const leave = (one: Receiving) => {
    if (underWay.delete(one)) total -= one.bytes;
  };
  return (payload: Readable, done: Done): void => {
    const parts: Buffer[] = [];
    const end = (err: Error | null) => {
      clearTimeout(late);
      leave(one);
      payload.off('data', take).off('end', finish).off('close', cut);
      const text = err ? undefined : Buffer.concat(parts, one.bytes).toString('utf8');
      parts.length = 0;
      if (err) payload.pause();
      done(err, text);
    };
    const one: Receiving = { bytes: 0, refuse: end };
    const take = (part: Buffer) => {
      parts.push(part);
      one.bytes += part.length;
      total += part.length;
      if (one.bytes > maxBodyBytes) return end(tooLarge());
      for (const oldest of underWay) {
        if (total <= totalBytes) return;
        oldest.refuse(tooMuchAtOnce(totalBytes));
      }
    };
    const finish = () => end(null);
    const cut = () => end(cutShort(one.bytes));
    const late = setTimeout(() => end(tooLate(deadlineMs, one.bytes)), deadlineMs);
    underWay.add(one);
    // It stays: an error that comes after the refusal must not end the process.
    payload.on('error', (err) => underWay.has(one) && end(isOfBody(err) ? err : cutShort(one.bytes)));
    payload.on('data', take).on('end', finish).on('close', cut);
  };
};

/** Whether the body is at fault, not its connection: too large when unpacked, or not what its encoding says. */
const isOfBody = (err: Error) => err instanceof ApiError || ('code' in err && String(err.code).startsWith('Z_'));

/** Ends uploads of which nothing comes any more: a sender that vanished without a word would keep its half-written file for ever. */
export const cutIdleUploads = (app: FastifyInstance, given: Partial<BodyLimits> = {}): void => {
  const { idleMs } = { ...bodyLimits, ...given };
  app.addHook('onRequest', (request, reply, next) => {
    const look = setInterval(() => (isOver(request) ? clearInterval(look) : hasStalled() && cutIdle(request, reply, idleMs)), idleMs);
    const hasStalled = stalled(request);
    reply.raw.once('close', () => clearInterval(look));
    next();
  });
};

const isOver = ({ raw }: FastifyRequest) => raw.complete || raw.destroyed;

/** Whether nothing has come since it was asked last. What has come and waits for us is no fault of the sender. */
const stalled = ({ raw }: FastifyRequest): (() => boolean) => {
  let seen = raw.socket.bytesRead;
  return () => {
    const before = seen;
    seen = raw.socket.bytesRead;
    return seen === before && raw.readableLength === 0;
  };
};

/** Says why, then closes the connection. */
const cutIdle = (request: FastifyRequest, reply: FastifyReply, idleMs: number): void => {
  if (reply.sent) return;
  const why = nothingCame(idleMs);
  // After an answer Node leaves a body alone that somebody reads: without this its reader would wait for ever.
  reply.raw.once('close', () => request.raw.destroy(why));
  void reply.header('connection', 'close').send(why);
};

const inSeconds = (ms: number) => String(ms / 1_000);

const nothingCame = (idleMs: number) =>
  new ApiError('RequestTimeout', 'Nothing of the upload came for {{seconds}} seconds. Nothing was stored; send all of it again.', {
    seconds: inSeconds(idleMs),
  });

const tooLate = (deadlineMs: number, bytes: number) =>
  new ApiError(
    'RequestTimeout',
    'The request body was not there after {{seconds}} seconds: {{bytes}} bytes of it came. Nothing was done; send the request again, in smaller parts if the connection is slow.',
    { seconds: inSeconds(deadlineMs), bytes: String(bytes) },
  );

const tooMuchAtOnce = (totalBytes: number) =>
  new ApiError(
    'ServiceUnavailable',
    'More than {{totalBytes}} bytes of request bodies are arriving at once, and this one has been under way the longest. Nothing was done; send the request again shortly.',
    { totalBytes: String(totalBytes) },
    { retryAfterSeconds: 1 },
  );

const cutShort = (bytes: number) =>
  new ApiError('MalformedPayload', 'The request body ended after {{bytes}} bytes, before its announced end. Send the request again.', {
    bytes: String(bytes),
  });
