import { CallError } from '@taskcluster/client';
import type { Connection } from '../platform/connection.ts';
import { serverEvents } from './event-stream.ts';
import { pause } from './pause.ts';

/** A message of the platform, or undefined when something may have changed without one: look for yourself. */
export type Change = { readonly exchange: string; readonly payload: unknown } | undefined;

// The event stream says something at least every 15 seconds; after three times that the connection is dead.
const silenceMs = 45_000;
const firstPollMs = 250;
const lastPollMs = 2000;
const firstReconnectMs = 200;
const lastReconnectMs = 5000;

/** How far the messages were read. */
interface Place {
  cursor: string | undefined;
}

/**
 * Yields undefined whenever the follower has to look for itself (at the start), and then the messages that match the bindings. A broken
 * connection goes on where it broke, so nothing is missed; what was on its way then may come twice. Without the right to read messages it yields undefined at growing intervals instead. Ends only with the signal.
 * @param bindings `<exchange>:<routing key pattern>`
 */
export async function* changes(connection: Connection, bindings: readonly string[], signal: AbortSignal): AsyncGenerator<Change> {
  const place: Place = { cursor: undefined };
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      for await (const change of messages(connection, { bindings, place }, signal)) {
        failures = 0;
        yield change;
      }
    } catch (err) {
      if (signal.aborted) return;
      // The log is kept for a limited time, and the platform may be another one by now: then it begins anew, with a look.
      if (err instanceof CallError && err.status === 400 && place.cursor !== undefined) {
        place.cursor = undefined;
        continue;
      }
      // Not allowed to listen, or a platform without this method: it has to be asked again and again.
      if (err instanceof CallError && err.status >= 400 && err.status < 500) return yield* intervals(signal);
    }
    await pause(Math.min(lastReconnectMs, firstReconnectMs * 2 ** failures), signal);
  }
}

async function* intervals(signal: AbortSignal): AsyncGenerator<undefined> {
  for (let wait = firstPollMs; !signal.aborted; wait = Math.min(lastPollMs, wait * 1.3)) {
    yield undefined;
    await pause(wait, signal);
  }
}

async function* messages(
  { events }: Connection,
  { bindings, place }: { readonly bindings: readonly string[]; readonly place: Place },
  signal: AbortSignal,
): AsyncGenerator<Change> {
  const { cursor } = place;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const reply = await events.events({ bind: bindings.join(','), ...(cursor === undefined ? {} : { cursor }) }, undefined, {
      signal: AbortSignal.any([signal, silence.signal]),
      retries: 0,
    });
    if (!reply.body) return;
    let begun = false;
    for await (const { event, data, id } of serverEvents(reply.body)) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      // What happened before the first place is only seen by looking; every later place only says that the connection lives.
      if (event === 'place' && !begun && cursor === undefined) yield undefined;
      if (event === 'message') yield JSON.parse(data) as Exclude<Change, undefined>;
      begun = true;
      // Taken when the message was dealt with: whoever is cut off before gets it again.
      place.cursor = id ?? place.cursor;
    }
  } finally {
    clearTimeout(timer);
  }
}
