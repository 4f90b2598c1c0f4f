import type { Log } from '@taskcluster/log';
import pg from 'pg';
import { keepAlive, socketOf } from './pool.ts';

/** The connection over which the processes of a database wake each other. */
export interface WakeupConnection {
  /** Connects and listens, unless it does already. */
  open(): void;
  /** Sends to everybody who listens, this process included. Never throws: a wake-up that is lost costs a poll. */
  send(payload: string): Promise<void>;
  close(): Promise<void>;
}

export interface WakeupConnectionOptions {
  readonly connectionString: string;
  readonly log: Log;
  readonly receive: (payload: string) => void;
  /** Called when listening begins, also after the connection was lost: what happened meanwhile is unknown. */
  readonly listening: () => void;
}

interface Line {
  readonly client: pg.Client;
  readonly lost: (err: unknown) => void;
}

const pgChannel = 'taskcluster';
const reconnectMs = 1_000;
const timeoutMs = 10_000;
const goodbyeMs = 1_000;

/** Connects when first needed, and again a second after the connection was lost. */
export const createWakeupConnection = ({ connectionString, log, receive, listening }: WakeupConnectionOptions): WakeupConnection => {
  let line: Promise<Line | undefined> | undefined;
  let pause: NodeJS.Timeout | undefined;
  let closed = false;

  const open = (): Promise<Line | undefined> => {
    if (closed || pause) return Promise.resolve(undefined);
    return (line ??= connect());
  };
  const connect = async (): Promise<Line | undefined> => {
    let client: pg.Client | undefined;
    let isLost = false;
    // The driver may tell of one loss twice; by then there may be a new connection.
    const lost = (err: unknown) => {
      if (isLost || closed) return;
      isLost = true;
      log.warn({ err }, 'the wake-up connection was lost and is made again');
      line = undefined;
      client?.end().catch(() => {});
      pause = setTimeout(() => {
        pause = undefined;
        void open();
      }, reconnectMs).unref();
    };
    try {
      client = new pg.Client({
        connectionString,
        application_name: 'taskcluster wake-ups',
        // Nobody waits for the disk because of a wake-up.
        options: '-c synchronous_commit=off',
        ...keepAlive,
        connectionTimeoutMillis: timeoutMs,
        query_timeout: timeoutMs,
        // A wake-up may be sent while the answer to the one before is still on its way.
        pipeline: true,
      } as pg.ClientConfig);
      client.on('notification', ({ payload = '' }) => receive(payload));
      client.on('error', lost);
      await client.connect();
      await client.query(`listen ${pgChannel}`);
      listening();
      return { client, lost };
    } catch (err) {
      lost(err);
      return undefined;
    }
  };

  return {
    open: () => void open(),
    send: async (payload) => {
      const current = await open();
      await current?.client.query('select pg_notify($1, $2)', [pgChannel, payload]).catch(current.lost);
    },
    close: async () => {
      closed = true;
      clearTimeout(pause);
      const { client } = (await line) ?? {};
      if (!client) return;
      // The driver waits until the other side has closed too, which may be gone.
      const cut = setTimeout(() => socketOf(client).destroy(), goodbyeMs);
      await client.end().catch(() => {});
      clearTimeout(cut);
    },
  };
};
