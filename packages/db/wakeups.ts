import { randomUUID } from 'node:crypto';
import type { Log } from '@taskcluster/log';
import { createWakeupConnection } from './wakeup-connection.ts';

/**
 * Wake-up calls between those who commit work and those who wait for it. They carry no data and may be lost or
 * repeated: whoever is woken looks into the database. In this process a call arrives at once; other processes get it by NOTIFY.
 */
export interface Wakeups {
  /**
   * Calls `listener` for every wake-up of `channel`; the key `''` means that anything may have changed. Answers a function that
   * ends this.
   */
  on(channel: string, listener: (key: string) => void): () => void;
  emitAll(wakes: readonly (readonly [channel: string, key: string])[]): void;
  close(): Promise<void>;
}

// NOTIFY takes a lock that makes the commits of all notifying transactions wait for each other. So the wake-ups of many
// transactions go out together, on a connection of their own that does not wait for the disk (a lost one costs a poll).
const coalesceMs = 5;
// PostgreSQL takes less than 8,000 bytes.
const maxPayloadBytes = 7_500;
const maxKeyBytes = 1_000;

interface WakeupOptions {
  readonly connectionString: string;
  readonly log: Log;
}

export const createWakeups = ({ connectionString, log }: WakeupOptions): Wakeups => {
  const me = randomUUID().slice(0, 8);
  const listeners = new Map<string, Set<(key: string) => void>>();
  const outgoing = new Set<string>();
  let flushing: NodeJS.Timeout | undefined;

  const deliver = (channel: string, key: string) => {
    // A copy: who begins to listen meanwhile has looked already. And what a listener does wrong is not the fault of who committed.
    const copy = [...(listeners.get(channel) ?? [])];
    for (const listener of copy) {
      try {
        listener(key);
      } catch (err) {
        log.error({ err, channel }, 'a listener for wake-ups failed');
      }
    }
  };
  const connection = createWakeupConnection({
    connectionString,
    log,
    receive: (payload) => {
      const [sender, ...lines] = payload.split('\n');
      if (sender !== me) for (const line of lines) deliver(...parsed(line));
    },
    listening: () => {
      for (const channel of listeners.keys()) deliver(channel, '');
    },
  });
  const flush = async () => {
    flushing = undefined;
    const payloads = packed(me, outgoing);
    outgoing.clear();
    for (const payload of payloads) await connection.send(payload);
  };

  return {
    on(channel, listener) {
      const set = listeners.get(channel) ?? new Set();
      listeners.set(channel, set.add(listener));
      connection.open();
      return () => void set.delete(listener);
    },
    emitAll(wakes) {
      const distinct = new Map(wakes.map((wake) => [wake.join(' '), wake]));
      for (const [channel, key] of distinct.values()) {
        outgoing.add(lineOf(channel, key));
        deliver(channel, key);
      }
      if (outgoing.size > 0) flushing ??= setTimeout(() => void flush(), coalesceMs).unref();
    },
    async close() {
      clearTimeout(flushing);
      await flush();
      await connection.close();
    },
  };
};

/** `channel key`. A key that a line cannot hold wakes everybody who listens to the channel. */
const lineOf = (channel: string, key: string): string => (isPlain(key) ? `${channel} ${key}` : `${channel} `);
const isPlain = (key: string) => Buffer.byteLength(key) <= maxKeyBytes && !/[\n\0]/.test(key);

const parsed = (line: string): [channel: string, key: string] => {
  const space = line.indexOf(' ');
  return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
};

const packed = (sender: string, lines: ReadonlySet<string>): string[] => {
  const payloads: string[] = [];
  let payload = sender;
  for (const line of lines) {
    if (Buffer.byteLength(payload) + 1 + Buffer.byteLength(line) > maxPayloadBytes) {
      payloads.push(payload);
      payload = sender;
    }
    payload += `\n${line}`;
  }
  return lines.size > 0 ? [...payloads, payload] : payloads;
};
