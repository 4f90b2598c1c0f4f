import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '@taskcluster/log';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Static, TSchema } from 'typebox';
import { checkRow } from './rows.ts';
import { isTransient } from './errors.ts';
import { type Failpoint, failpointOf, type Moment } from './failpoint.ts';
import { answerMsOf, type Limits, openPool, signEveryMsOf, socketOf } from './pool.ts';
import { script, type Sql } from './sql.ts';
import { createWakeups, type Wakeups } from './wakeups.ts';

/** What can run a statement: the database (each statement for itself) or a transaction. */
export interface Queryable {
  /** All rows. The schema says what a row is; tests check every row against it. */
  many<S extends TSchema>(row: S, statement: Sql): Promise<Static<S>[]>;
  /** The first row, or undefined when there is none. */
  maybe<S extends TSchema>(row: S, statement: Sql): Promise<Static<S> | undefined>;
  /** Runs a statement whose rows nobody looks at; answers how many rows it touched. */
  run(statement: Sql): Promise<number>;
}

/** A transaction. What it wakes is announced after its commit, never before. */
export interface Tx extends Queryable {
  /** Wakes whoever waits for `channel` (and `key`), in this and in other processes, once this transaction has committed. */
  wake(channel: string, key?: string): void;
  /**
   * The transaction's last statement, sent together with its commit: one round trip less. Answers once both are done. No statement may
   * follow, and `work` must not fail after it: it would say that nothing happened.
   */
  last<S extends TSchema>(row: S, statement: Sql): Promise<Static<S>[]>;
  /** Takes the time limits off what follows in this transaction, here and in PostgreSQL: for migrations. */
  unlimited(): Promise<void>;
}

/** What runs transactions and statements. */
export interface Transactions extends Queryable {
  /**
   * Runs `work` in one transaction (read committed). It is tried again, whole, when PostgreSQL breaks a deadlock
   * or a serialisation conflict by ending it; so `work` must have no effects besides its statements. Answers only what
   * was committed: a statement that failed ends the transaction, also when `work` caught its error. `name` (`queue.claim`) is
   * what tests call it when they kill the process in the middle of it (`failpoint.ts`).
   */
  tx<T>(work: (tx: Tx) => Promise<T>, name?: string): Promise<T>;
  /**
   * For single statements that take milliseconds when all is well: their connection is given up when no answer came for `ms`. PostgreSQL
   * goes on with them meanwhile, so they are few, and harmless when they are done twice.
   */
  within(ms: number): Queryable;
}

export interface Database extends Transactions {
  /**
   * The same database over connections that plan each statement once, and always by index and nested loops: for statements that look
   * rows up by key and run thousands of times a second. Planning them anew took a third of PostgreSQL's time, and a plan that was made
   * while a table was small would read all of it when it is large.
   */
  readonly steady: Transactions;
  readonly wakeups: Wakeups;
  close(): Promise<void>;
}

export interface DatabaseOptions extends Limits {
  readonly connectionString: string;
  readonly log: Log;
  /** Most connections at once, 12 unless told: two cores are busy with fewer. Those of `steady` are half as many more. */
  readonly maxConnections?: number;
  /** A transaction that is in conflict with others is tried at least eight times, and for so long (milliseconds); 10 s unless told. */
  readonly retryMs?: number;
  /** Tests set this: every row is checked against its schema. */
  readonly checkRows?: boolean;
}

const minAttempts = 8;
// What is in the way of a transaction may itself wait for something. A caller waits no longer for it than for a connection.
const retryMs = 10_000;
const longestPauseMs = 100;

// A statement sent to the pool while its caller is inside a transaction would wait for a second connection:
// enough of them at once and all wait for ever. The store marks the async context, the pool refuses.
const inTransaction = new AsyncLocalStorage<true>();

/**
 * Runs `work` as if it were called outside the transaction that surrounds it: for a consumer that holds its place in a
 * transaction while handlers do their own. The caller bounds how many do this at once.
 */
export const outsideTransaction = <T>(work: () => T): T => inTransaction.exit(work);

/** Connects to PostgreSQL. Connections are made when first needed and are closed by `close()`. */
export const connect = (options: DatabaseOptions): Database => {
  const { log, connectionString, checkRows = false } = options;
  const failpoint = failpointOf(process.env);
  const max = options.maxConnections ?? 12;
  const wakeups = createWakeups({ connectionString, log });
  let closing: Promise<void> | undefined;
  const lost = (err: Error) => !closing && log.warn({ err }, 'an idle database connection was lost');
  const pools = [
    openPool(connectionString, options, max, []),
    openPool(connectionString, options, Math.ceil(max / 2), steadyPlans),
  ] as const;
  const [answerMs, signEveryMs] = [answerMsOf(options), signEveryMsOf(options)];
  const [any, steady] = pools.map((pool): Transactions => {
    // An idle connection that PostgreSQL closes (a restart) is replaced at the next use.
    pool.on('error', lost);
    const guarded = (limitMs: number | undefined) => async (statement: Sql) => {
      if (inTransaction.getStore())
        throw new Error(`This statement must use the transaction that it is called in: ${statement.text.slice(0, 200)}`);
      return pool.query(query(statement, limitMs));
    };
    return {
      ...queryable(guarded(answerMs), checkRows),
      within: (ms) => queryable(guarded(ms), checkRows),
      tx: (work, name = 'unnamed') =>
        retrying(options, () =>
          transaction({ pool, answerMs, signEveryMs, wakeups, checkRows, reached: reachedBy(failpoint, name) }, work),
        ),
    };
  }) as [Transactions, Transactions];
  return {
    ...any,
    steady,
    wakeups,
    close: () => (closing ??= wakeups.close().then(async () => void (await Promise.all(pools.map((pool) => pool.end()))))),
  };
};

const steadyPlans = ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off'];

/** The driver closes a connection whose answer does not come within `query_timeout`: what was sent over it may have been done. */
const query = ({ text, values, name }: Sql, answerMs: number | undefined): pg.QueryConfig => {
  const limited = { text, values: values as unknown[], query_timeout: answerMs };
  return name ? { ...limited, name } : limited;
};

const queryable = (send: (statement: Sql) => Promise<pg.QueryResult>, checkRows: boolean): Queryable => {
  const rowsOf = async (row: TSchema, statement: Sql) => {
    const { rows } = await send(statement);
    if (checkRows) for (const r of rows) checkRow(row, r, statement);
    return rows;
  };
  return {
    many: rowsOf as Queryable['many'],
    maybe: (async (row: TSchema, statement: Sql) => (await rowsOf(row, statement))[0]) as Queryable['maybe'],
    run: async (statement) => (await send(statement)).rowCount ?? 0,
  };
};

interface Connected {
  readonly pool: pg.Pool;
  readonly answerMs: number | undefined;
  readonly signEveryMs: number;
  readonly wakeups: Wakeups;
  readonly checkRows: boolean;
  readonly reached: ((moment: Moment) => void) | undefined;
}

const reachedBy = (failpoint: Failpoint | undefined, name: string) => failpoint && ((moment: Moment) => failpoint(name, moment));

const transaction = async <T>({ pool, wakeups, checkRows, reached, ...limits }: Connected, work: (tx: Tx) => Promise<T>): Promise<T> => {
  if (inTransaction.getStore()) throw new Error('A transaction was begun inside another one. Pass the outer one on instead.');
  const connection = await pool.connect();
  const wakes: [string, string][] = [];
  let { answerMs } = limits;
  let broken: Error | undefined;
  let committing: Promise<pg.QueryResult> | undefined;
  // Nobody else listens while it is lent out, and a lost connection that nobody listens to ends the process.
  const lost = (err: Error) => void (broken = err);
  connection.on('error', lost);
  // Whoever waits for a store or for handlers is told from who stands still. Sent behind a statement that runs, it does no harm.
  const signs = setInterval(() => void connection.query(query(sign, answerMs)).catch(() => {}), limits.signEveryMs);
  const commit = () => {
    clearInterval(signs);
    reached?.('before-commit');
    committing = connection.query(query(commitment, answerMs));
    committing.catch(() => {});
    // The command is on its way, and nobody knows what becomes of it.
    if (reached) setImmediate(reached, 'committing');
    return committing;
  };
  const send = async (statement: Sql) => {
    if (committing) throw new Error(`This statement came after the end of its transaction: ${statement.text.slice(0, 200)}`);
    together(connection);
    const sent = connection.query(query(statement, answerMs));
    return reached ? sent.finally(() => reached('working')) : sent;
  };
  try {
    together(connection);
    // Not awaited: it travels with the first statement.
    const begun = connection.query(query(beginning, answerMs));
    begun.catch(() => {});
    reached?.('begin');
    const tx: Tx = {
      ...queryable(send, checkRows),
      wake: (channel, key = '') => void wakes.push([channel, key]),
      last: async (row, statement) => {
        const [rows] = await Promise.all([queryable(send, checkRows).many(row, statement), commit()]);
        return rows;
      },
      unlimited: async () => {
        await send(script('set local statement_timeout = 0'));
        answerMs = undefined;
        clearInterval(signs);
      },
    };
    const result = await inTransaction.run(true, () => work(tx));
    await begun;
    // PostgreSQL answers COMMIT with ROLLBACK, not with an error, when a statement before it failed.
    const { command } = await (committing ?? commit());
    reached?.('after-commit');
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back because one of its statements failed and nobody said so.');
    wakeups.emitAll(wakes);
    return result;
  } catch (err) {
    committing ??= connection.query(query(undoing, answerMs));
    await committing.catch((failure: Error) => (broken = failure));
    throw err;
  } finally {
    clearInterval(signs);
    connection.removeListener('error', lost);
    connection.release(broken);
  }
};

// Not prepared: PostgreSQL has nothing to plan.
const [beginning, sign, commitment, undoing] = [script('begin'), script('select 1'), script('commit'), script('rollback')];

/** What is sent in this turn leaves in one piece: a write to the socket costs more than most statements. */
const together = (connection: pg.PoolClient): void => {
  const stream = socketOf(connection);
  stream.cork();
  process.nextTick(() => stream.uncork());
};

const retrying = async <T>({ log, retryMs: forMs = retryMs }: DatabaseOptions, attempt: () => Promise<T>): Promise<T> => {
  const begun = performance.now();
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (err) {
      if (!isTransient(err) || (n >= minAttempts && performance.now() - begun > forMs)) throw err;
      log.debug({ err, attempt: n }, 'a transaction is tried again');
      // Whoever is in the way is given time to get out of it, a little longer each time.
      if (n > 1) await pause(Math.random() * Math.min(2 ** n, longestPauseMs));
    }
  }
};
