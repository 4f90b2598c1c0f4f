import { silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import { afterAll, beforeAll, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { connect, type Database, isUnavailable, outsideTransaction, script, sql, type Tx } from './index.ts';

const Row = Type.Object({ id: Type.Integer(), amount: Type.Integer() });
const One = Type.Object({ value: Type.Unknown() });

let t: TestDatabase;
let db: Database;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
  db = t.db;
  await db.run(script('create table accounts (id int primary key, amount int not null check (amount >= 0))'));
});
beforeEach(() => db.run(script('truncate accounts; insert into accounts values (1, 100), (2, 100)')));
afterAll(() => t.close());

const amounts = async (from: Pick<Database, 'many'> = db) =>
  (await from.many(Row, sql`select id, amount from accounts order by id`)).map((row) => row.amount);
const add = (tx: Pick<Tx, 'run'>, id: number, by: number) => tx.run(sql`update accounts set amount = amount + ${by} where id = ${id}`);
const pidOf = async (tx: Pick<Tx, 'maybe'>) => Number((await tx.maybe(One, sql`select pg_backend_pid() as value`))?.value);

test('rows come one, many or none, and a statement says how many rows it touched', async () => {
  expect(await db.maybe(Row, sql`select id, amount from accounts where id = ${1}`)).toEqual({ id: 1, amount: 100 });
  expect(await db.maybe(Row, sql`select id, amount from accounts where id = ${3}`)).toBeUndefined();
  expect(await amounts()).toEqual([100, 100]);
  expect(await db.run(sql`update accounts set amount = 1`)).toBe(2);
});

test('times are ISO strings in milliseconds and UTC, big integers are numbers, whatever the session speaks', async () => {
  await db.tx(async (tx) => {
    await tx.run(sql`set local timezone = 'Asia/Kolkata'`);
    const { value } = (await tx.maybe(One, sql`select '2026-03-01 12:34:56.789123+00'::timestamptz as value`)) ?? {};
    expect(value).toBe('2026-03-01T12:34:56.789Z');
  });
  expect(await db.maybe(One, sql`select '3026-03-01 12:34:56+02'::timestamptz as value`)).toEqual({ value: '3026-03-01T10:34:56.000Z' });
  expect(await db.maybe(One, sql`select count(*) as value from accounts`)).toEqual({ value: 2 });
});

test('a row that is not what its schema says is an error, inside a transaction too', async () => {
  const Wrong = Type.Object({ id: Type.String() });
  await expect(db.many(Wrong, sql`select id from accounts`)).rejects.toThrow('A row is not what its schema says');
  await expect(db.tx((tx) => tx.maybe(Wrong, sql`select id from accounts`))).rejects.toThrow('A row is not what its schema says');
});

test('what a transaction did is there after it, and nobody sees a part of it before', async () => {
  const answer = await db.tx(async (tx) => {
    await add(tx, 1, -30);
    await add(tx, 2, 30);
    expect(await amounts(tx)).toEqual([70, 130]);
    expect(await outsideTransaction(() => amounts())).toEqual([100, 100]);
    return 'moved';
  });
  expect(answer).toBe('moved');
  expect(await amounts()).toEqual([70, 130]);
});

test('an error in the middle undoes everything and reaches the caller as it is', async () => {
  const error = new Error('no');
  const work = db.tx(async (tx) => {
    await add(tx, 1, -30);
    throw error;
  });
  await expect(work).rejects.toBe(error);
  expect(await amounts()).toEqual([100, 100]);
  // The connection is as good as new.
  await db.tx((tx) => add(tx, 1, 1));
  expect(await amounts()).toEqual([101, 100]);
});

test('work that hides a failed statement is not taken for done, and wakes nobody', async () => {
  const woken = vi.fn<() => void>();
  const off = db.wakeups.on('hidden', woken);
  const work = db.tx(async (tx) => {
    await add(tx, 1, 5);
    tx.wake('hidden', 'x');
    await add(tx, 2, -1_000).catch(() => {});
    return 'done';
  });
  await expect(work).rejects.toThrow('rolled back');
  expect(await amounts()).toEqual([100, 100]);
  expect(woken.mock.calls).not.toContainEqual(['x']);
  off();
});

test('a statement that comes after the end of its transaction is refused: its connection may serve another one', async () => {
  let escaped: Tx | undefined;
  await db.tx(async (tx) => void (escaped = tx));
  await expect(escaped?.run(sql`update accounts set amount = 0`)).rejects.toThrow('after the end of its transaction');
  expect(await amounts()).toEqual([100, 100]);
});

test('the pool is refused inside a transaction, and so is a second transaction', async () => {
  await expect(db.tx(() => amounts())).rejects.toThrow('must use the transaction');
  await expect(db.tx(() => db.tx((tx) => add(tx, 1, 1)))).rejects.toThrow('inside another one');
  // Work that was begun outside and is merely under way at the same time is not inside.
  const [, seen] = await Promise.all([db.tx((tx) => add(tx, 1, 1)), amounts()]);
  expect(seen).toHaveLength(2);
});

test('work may be done outside on purpose', async () => {
  await db.tx(async (tx) => {
    await add(tx, 1, -1);
    await outsideTransaction(() => db.tx((other) => add(other, 2, 1)));
  });
  expect(await amounts()).toEqual([99, 101]);
});

test('two transactions that wait for each other both succeed: PostgreSQL ends one, and it is tried again', async () => {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let attempts = 0;
  const move = (from: number, to: number, mine: PromiseWithResolvers<void>, others: PromiseWithResolvers<void>) =>
    db.tx(async (tx) => {
      attempts++;
      await add(tx, from, -10);
      mine.resolve();
      await others.promise;
      await add(tx, to, 10);
    });
  await Promise.all([move(1, 2, first, second), move(2, 1, second, first)]);
  // PostgreSQL ends one of them; when both look for the deadlock at the same moment, it may end both.
  expect(attempts).toBeGreaterThanOrEqual(3);
  expect(await amounts()).toEqual([100, 100]);
});

test('a transaction that others are in the way of for long succeeds when they are gone', async () => {
  let attempts = 0;
  await db.tx(async (tx) => {
    if (++attempts < 15) await tx.run(script(`do $$ begin raise exception 'again' using errcode = '40001'; end $$`));
    await add(tx, 1, 1);
  });
  expect(attempts).toBe(15);
  expect(await amounts()).toEqual([101, 100]);
});

test('a transaction that never succeeds is given up after eight attempts when its time is over', async () => {
  let attempts = 0;
  const impatient = connect({ connectionString: t.connectionString, log: silentLog, retryMs: 0 });
  onTestFinished(() => impatient.close());
  const work = impatient.tx(async (tx) => {
    attempts++;
    await tx.run(script(`do $$ begin raise exception 'again' using errcode = '40001'; end $$`));
  });
  await expect(work).rejects.toMatchObject({ code: '40001' });
  expect(attempts).toBe(8);
});

test('other errors of the database are not tried again', async () => {
  let attempts = 0;
  const work = db.tx(async (tx) => {
    attempts++;
    await tx.run(sql`insert into accounts values (1, 0)`);
  });
  await expect(work).rejects.toMatchObject({ code: '23505' });
  expect(attempts).toBe(1);
});

test('a connection that is lost while its transaction waits for something else ends the transaction, not the process', async () => {
  const killed = db.tx(async (tx) => {
    await add(tx, 1, -30);
    const pid = await pidOf(tx);
    await outsideTransaction(async () => {
      await db.run(sql`select pg_terminate_backend(${pid}, 10000)`);
    });
    await add(tx, 2, 30);
  });
  await expect(killed).rejects.toSatisfy(isUnavailable);
  expect(await amounts()).toEqual([100, 100]);
  await db.tx((tx) => add(tx, 1, 1));
  expect(await amounts()).toEqual([101, 100]);
});

test('a connection that is lost while it is idle is replaced', async () => {
  const small = connect({ connectionString: t.connectionString, log: silentLog, maxConnections: 1 });
  await db.run(sql`select pg_terminate_backend(${await pidOf(small)}, 10000)`);
  await vi.waitFor(async () => expect(await amounts(small)).toEqual([100, 100]));
  await small.close();
});

test('a statement that runs too long is ended', async () => {
  const hasty = connect({ connectionString: t.connectionString, log: silentLog, statementTimeoutMs: 50 });
  await expect(hasty.run(sql`select pg_sleep(30)`)).rejects.toMatchObject({ code: '57014' });
  await hasty.close();
});

test('many transactions at once share few connections', async () => {
  const two = connect({ connectionString: t.connectionString, log: silentLog, maxConnections: 2 });
  await Promise.all(Array.from({ length: 50 }, (_, i) => two.tx((tx) => add(tx, (i % 2) + 1, 1))));
  expect(await amounts()).toEqual([125, 125]);
  await two.close();
});

test('a database can be closed twice, and then says that it is away', async () => {
  const other = connect({ connectionString: t.connectionString, log: silentLog });
  await amounts(other);
  await Promise.all([other.close(), other.close()]);
  await expect(amounts(other)).rejects.toSatisfy(isUnavailable);
  await expect(other.tx((tx) => amounts(tx))).rejects.toSatisfy(isUnavailable);
});

test('a transaction that is under way when the database is closed is finished', async () => {
  const other = connect({ connectionString: t.connectionString, log: silentLog });
  const go = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const work = other.tx(async (tx) => {
    await add(tx, 1, 7);
    begun.resolve();
    await go.promise;
    await add(tx, 2, 7);
  });
  await begun.promise;
  const closed = other.close();
  go.resolve();
  await Promise.all([work, closed]);
  expect(await amounts()).toEqual([107, 107]);
});
