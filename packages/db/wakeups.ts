import { randomUUID } from 'node:crypto';
import type { Log } from '@taskcluster/log';
import pg from 'pg';

/**
 * Wake-up calls between those who commit work and those who wait for it. They carry no data and may be lost or
 * repeated: whoever is woken looks into the database. In this process a call arrives at once; other processes get it by NOTIFY.
 */
export interface Wakeups {
  /** Calls `listener` for every wake-up of `channel`. Answers a function that ends this. */
  on(channel: string, listener: (key: string) => void): () => void;
  emitAll(wakes: readonly (readonly [channel: string, key: string])[]): void;
  close(): Promise<void>;
}

const pgChannel = 'taskcluster';
// NOTIFY takes a lock that makes the commits of all notifying transactions wait for each other. So the wake-ups of many
// transactions go out together, on a connection of their own that does not wait for the disk (a lost one costs a poll).
const coalesceMs = 5;
const maxPayload = 7_500;
const reconnectMs = 1_000;

interface WakeupOptions {
  readonly connectionString: string;
  readonly log: Log;
}

export const createWakeups = ({ connectionString, log }: WakeupOptions): Wakeups => {
  const me = randomUUID().slice(0, 8);
  const listeners = new Map<string, Set<(key: string) => void>>();
  const outgoing = new Set<string>();
  let connection: Promise<pg.Client | undefined> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const deliver = (channel: string, key: string) => {
    for (const listener of listeners.get(channel) ?? []) listener(key);
  };
  const receive = ({ payload = '' }: { payload?: string | undefined }) => {
    if (payload.startsWith(me)) return;
    for (const line of payload.split('\n').slice(1)) {
      const [channel = '', key = ''] = line.split(' ');
      deliver(channel, key);
    }
  };
  const reconnectLater = () => {
    connection = undefined;
    if (!closed && !timer) timer = setTimeout(() => ((timer = undefined), void open()), reconnectMs).unref();
  };
  const open = (): Promise<pg.Client | undefined> =>
    (connection ??= (async () => {
      const client = new pg.Client({ connectionString, application_name: 'taskcluster wake-ups', options: '-c synchronous_commit=off' });
      client.on('notification', receive);
      client.on('error', (err) => {
        log.warn({ err }, 'the wake-up connection was lost');
        reconnectLater();
      });
      try {
        await client.connect();
        await client.query(`listen ${pgChannel}`);
        // What happened while nobody listened is unknown: everybody looks once.
        for (const channel of listeners.keys()) deliver(channel, '');
        return client;
      } catch (err) {
        log.warn({ err }, 'the wake-up connection cannot be made');
        reconnectLater();
        return undefined;
      }
    })());

  const flush = async () => {
    const lines = [...outgoing];
    outgoing.clear();
    const client = await open();
    let payload = me;
    const send = async () => {
      if (payload !== me)
        await client
          ?.query('select pg_notify($1, $2)', [pgChannel, payload])
          .catch((err: unknown) => log.debug({ err }, 'a wake-up was not sent'));
      payload = me;
    };
    for (const line of lines) {
      if (payload.length + line.length > maxPayload) await send();
      payload += `\n${line}`;
    }
    await send();
  };
  let flushing: NodeJS.Timeout | undefined;

  return {
    on(channel, listener) {
      const set = listeners.get(channel) ?? new Set();
      listeners.set(channel, set.add(listener));
      void open();
      return () => void set.delete(listener);
    },
    emitAll(wakes) {
      if (wakes.length === 0) return;
      const lines = new Set(wakes.map(([channel, key]) => `${channel} ${key}`));
      for (const line of lines) {
        outgoing.add(line);
        const [channel = '', key = ''] = line.split(' ');
        deliver(channel, key);
      }
      flushing ??= setTimeout(() => ((flushing = undefined), void flush()), coalesceMs).unref();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(flushing);
      const client = await connection;
      await client?.end().catch(() => {});
    },
  };
};
