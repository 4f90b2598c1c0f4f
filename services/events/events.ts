import { Readable } from 'node:stream';
import { ApiError, type Handler, respond } from '@taskcluster/api';
import { type Binding, isCursor, type Message, parseBindings, readAfter, streamMessages } from '@taskcluster/bus';
import type { events as contract } from '@taskcluster/contracts';
import type { Database } from '@taskcluster/db';
import type { EventsService } from './index.ts';

const maxBindings = 50;

/** Follows the log of messages as server-sent events, from a cursor or from now, until the listener leaves. */
export const events: Handler<typeof contract.endpoints.events, EventsService> = async ({ db, keepAliveMs }, { query, signal }) => {
  const bindings = bindingsOf(query.bind);
  await checkCursor(db, query.cursor);
  return respond(
    200,
    { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' },
    bodyOf(db, { bindings, cursor: query.cursor, signal, keepAliveMs }),
  );
};

/** The events as text. A listener who does not read is read nothing for: one page waits, the rest stays in the log. */
const bodyOf = (db: Database, options: Parameters<typeof streamMessages>[1]): Readable => {
  const gone = new AbortController();
  const abort = () => gone.abort();
  if (options.signal.aborted) abort();
  options.signal.addEventListener('abort', abort);
  const text = textOf(streamMessages(db, { ...options, signal: gone.signal }));
  return new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      text.next().then(
        ({ value, done }) => this.push(done ? null : value),
        (err: Error) => this.destroy(err),
      );
    },
    // The log may be quiet: the generator is woken, and cleans up by itself.
    destroy(cause, done) {
      options.signal.removeEventListener('abort', abort);
      abort();
      text.return(undefined).catch(() => {});
      done(cause);
    },
  });
};

const bindingsOf = (bind: string | undefined): Binding[] => {
  if (bind === undefined) {
    throw new ApiError(
      'InputError',
      'Say which messages you want: ?bind=exchange/taskcluster-queue/v1/task-completed:# with further ones after commas.',
    );
  }
  try {
    const bindings = parseBindings(bind);
    if (bindings.length <= maxBindings) return bindings;
  } catch (err) {
    throw new ApiError('InputError', 'A binding cannot be read: {{reason}}', { reason: err instanceof Error ? err.message : String(err) });
  }
  throw new ApiError('InputError', `More than ${maxBindings} bindings are given. Use wider patterns, or several connections.`);
};

/** Refuses what is no cursor before the answer begins: afterwards the connection could only be cut. */
const checkCursor = async (db: Database, cursor: string | undefined): Promise<void> => {
  if (cursor === undefined) return;
  const wrong = () => new ApiError('InputError', 'The cursor is not one that this stream gave out. Leave it away to begin now.');
  if (!isCursor(cursor)) throw wrong();
  try {
    await readAfter(db, cursor, 1);
  } catch (err) {
    // Class 22: it looks like a cursor, but PostgreSQL cannot read it as a snapshot.
    if (err instanceof Error && 'code' in err && String(err.code).startsWith('22')) throw wrong();
    throw err;
  }
};

async function* textOf(pages: AsyncIterable<{ readonly messages: readonly Message[]; readonly cursor: string }>): AsyncGenerator<string> {
  for await (const { messages, cursor } of pages) {
    if (messages.length === 0) yield `event: place\nid: ${cursor}\n\n`;
    // Only the last message of a page carries its cursor: whoever is cut off in the middle gets the whole page again.
    for (const [i, message] of messages.entries()) yield eventOf(message, i === messages.length - 1 ? cursor : undefined);
  }
}

// The id of an event is the place to go on at, which says nothing of a single message: `messageId` does, and is the same each time.
const eventOf = ({ id: messageId, exchange, routingKey, cc, payload }: Message, cursor: string | undefined): string => {
  const data = JSON.stringify({ messageId, exchange, routingKey, cc, payload });
  return `${cursor === undefined ? '' : `id: ${cursor}\n`}event: message\ndata: ${data}\n\n`;
};
