import type { Socket } from 'node:net';
import pg from 'pg';

/** How long things may take, in milliseconds. */
export interface Limits {
  /** Ends a statement that runs longer: PostgreSQL does this. 30 s unless told, the documented limit of a web process; 0 is none. */
  readonly statementTimeoutMs?: number;
  /**
   * How much longer than that this process waits for an answer, 3 s unless told. Then the connection has gone silent (its host is gone, a
   * firewall forgot it) and is closed; without this limit the kernel keeps it for a quarter of an hour.
   */
  readonly answerGraceMs?: number;
  /** Whoever gets no connection for so long is refused; 10 s unless told: longer than a busy moment, shorter than the 30 s that callers wait. */
  readonly connectionTimeoutMs?: number;
  /**
   * PostgreSQL ends a transaction whose process sends nothing for so long, and others get its locks: the process stands still, or is gone.
   * 30 s unless told. A process that waits for something else gives a sign of life three times as often.
   */
  readonly idleTransactionMs?: number;
}

const types = new pg.TypeOverrides();
const isoTime = (text: string) => new Date(text.endsWith('+00') ? `${text.slice(0, -3).replace(' ', 'T')}Z` : text).toISOString();
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, isoTime);
types.setTypeParser(pg.types.builtins.INT8, Number);

const statementMs = 30_000;
const graceMs = 3_000;
const idleMs = 30_000;

/**
 * The kernel asks a peer that has said nothing for so long whether it is still there. Node asks ten times, a second apart: an idle connection
 * that is dead is found after 15 s. It does not ask while bytes of ours wait to be acknowledged; there the limits of statements hold.
 */
export const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 5_000 } as const;

// The same from the other side: without them PostgreSQL keeps the session of a host that vanished, with its locks, for two hours. Found after
// 11 s when it is idle, after 10 s when bytes for it wait to be acknowledged. On Unix sockets they mean nothing and are ignored.
const peerChecks = ['tcp_keepalives_idle=5', 'tcp_keepalives_interval=2', 'tcp_keepalives_count=3', 'tcp_user_timeout=10000'];

/** How often a transaction shows that its process is alive (milliseconds). */
export const signEveryMsOf = ({ idleTransactionMs = idleMs }: Limits): number => idleTransactionMs / 3;

/** How long this process waits for the answer to a statement (milliseconds); undefined is for ever. */
export const answerMsOf = ({ statementTimeoutMs = statementMs, answerGraceMs = graceMs }: Limits): number | undefined =>
  statementTimeoutMs === 0 ? undefined : statementTimeoutMs + answerGraceMs;

const optionsOf = ({ idleTransactionMs = idleMs }: Limits, settings: readonly string[]): string =>
  ['timezone=UTC', 'datestyle=ISO', ...peerChecks, `idle_in_transaction_session_timeout=${idleTransactionMs}`, ...settings]
    .map((setting) => `-c ${setting}`)
    .join(' ');

/** A pool of at most `max` connections, whose sessions have these settings besides those of all. */
export const openPool = (connectionString: string, limits: Limits, max: number, settings: readonly string[]): pg.Pool =>
  new pg.Pool({
    connectionString,
    max,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: limits.connectionTimeoutMs ?? 10_000,
    ...keepAlive,
    statement_timeout: limits.statementTimeoutMs ?? statementMs,
    application_name: 'taskcluster',
    options: optionsOf(limits, settings),
    types,
    // Statements that do not wait for each other (BEGIN and the first one) travel together.
    pipeline: true,
  } as pg.PoolConfig);

/** What carries the bytes of a connection. The driver has no method for what we do with it. */
export const socketOf = (client: pg.ClientBase): Socket =>
  (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
