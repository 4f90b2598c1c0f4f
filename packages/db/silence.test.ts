import { silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { batched, connect, type DatabaseOptions, isUnavailable, migrate, outsideTransaction, script, sql } from './index.ts';
import { startWire } from './testing.ts';

const One = Type.Object({ one: Type.Integer() });
const one = sql`select 1 as one`;

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
  await t.db.run(script('create table rows (id int primary key, n int not null); insert into rows select generate_series(1, 9), 0'));
});
afterAll(() => t.close());

/** A pool over a wire that can go silent, with short limits. */
const open = async (options: Partial<DatabaseOptions> = {}) => {
  const wire = await startWire(t.connectionString);
  const db = connect({
    connectionString: wire.connectionString,
    log: silentLog,
    maxConnections: 2,
    statementTimeoutMs: 200,
    answerGraceMs: 100,
    connectionTimeoutMs: 1_000,
    ...options,
  });
  onTestFinished(async () => {
    await db.close();
    await wire.stop();
  });
  return { wire, db };
};
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (err: unknown) => err,
  );

test('connections that went silent are given up, and new ones serve', async () => {
  const { wire, db } = await open();
  await Promise.all([db.many(One, one), db.many(One, one), db.steady.many(One, one)]);
  const before = wire.made();
  wire.forget();
  const lost = await Promise.all([
    failure(db.many(One, one)),
    failure(db.tx((tx) => tx.many(One, one))),
    failure(db.steady.many(One, one)),
  ]);
  expect(lost.map(isUnavailable)).toEqual([true, true, true]);
  // The silent ones are not lent again.
  for (const from of [db, db, db, db.steady]) expect(await from.many(One, one)).toEqual([{ one: 1 }]);
  expect(wire.made()).toBeGreaterThan(before);
  expect(await db.tx((tx) => tx.many(One, one))).toEqual([{ one: 1 }]);
});

test('a transaction that goes silent before its commit is refused, and its connection is not lent again', async () => {
  const { wire, db } = await open({ maxConnections: 1 });
  const work = db.tx(async (tx) => {
    await tx.run(sql`update rows set n = n + 1 where id = 1`);
    wire.forget();
  });
  expect(isUnavailable(await failure(work))).toBe(true);
  expect(await db.many(One, one)).toEqual([{ one: 1 }]);
});

test('a batch that got no answer is not tried again item by item: it may have been committed', async () => {
  const { wire, db } = await open();
  let runs = 0;
  const ask = batched<number, number>({
    run: async (items) => {
      runs++;
      await db.many(One, one);
      return items.map((value) => ({ value }));
    },
  });
  await ask(1);
  wire.forget();
  const lost = await Promise.all([failure(ask(1)), failure(ask(2)), failure(ask(3))]);
  expect(lost.map(isUnavailable)).toEqual([true, true, true]);
  expect(runs).toBe(2);
});

test('what has to be quick is given up sooner', async () => {
  const { wire, db } = await open({ statementTimeoutMs: 30_000 });
  await db.many(One, one);
  wire.forget();
  expect(isUnavailable(await failure(db.within(100).many(One, one)))).toBe(true);
  expect(await db.within(1_000).many(One, one)).toEqual([{ one: 1 }]);
});

test('whoever needs a connection to a host that is gone is refused in time', async () => {
  const { wire, db } = await open({ connectionTimeoutMs: 200 });
  await db.many(One, one);
  wire.vanish();
  const refused = await Promise.all(Array.from({ length: 6 }, () => failure(db.many(One, one))));
  expect(refused.map(isUnavailable)).toEqual(Array.from(refused, () => true));
});

test('migrations are neither ended by the server nor given up by the process', async () => {
  const { db } = await open();
  const step = { number: 1, name: 'slow', text: 'select pg_sleep(0.6); create table slow (id int)' };
  expect(await migrate(db, [{ owner: 'slow', steps: [step] }])).toBe(1);
});

test('a closed database waits for nobody who is silent', async () => {
  const { wire, db } = await open();
  const heard = Promise.withResolvers<void>();
  db.wakeups.on('any', () => heard.resolve());
  await Promise.all([heard.promise, db.many(One, one)]);
  wire.vanish();
  const work = failure(db.many(One, one));
  await db.close();
  expect(isUnavailable(await work)).toBe(true);
});

test('the locks of a transaction whose host vanished are free soon, and the transaction is refused', async () => {
  const { wire, db } = await open({ idleTransactionMs: 300 });
  const locked = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const work = failure(
    db.tx(async (tx) => {
      await tx.run(sql`update rows set n = 1000 where id = 2`);
      wire.forget();
      locked.resolve();
      await over.promise;
    }),
  );
  await locked.promise;
  expect(await t.db.run(sql`update rows set n = 2 where id = 2`)).toBe(1);
  over.resolve();
  expect(isUnavailable(await work)).toBe(true);
  expect(await t.db.maybe(Type.Object({ n: Type.Integer() }), sql`select n from rows where id = 2`)).toEqual({ n: 2 });
});

test('a transaction of a process that stood still is ended, and refused when the process goes on', async () => {
  const { db } = await open();
  const work = db.tx(async (tx) => {
    // As if the signs of life did not come.
    await tx.run(sql`set local idle_in_transaction_session_timeout = 50`);
    await tx.run(sql`update rows set n = 1000 where id = 3`);
    await outsideTransaction(() => t.db.run(sql`update rows set n = 3 where id = 3`));
  });
  expect(isUnavailable(await failure(work))).toBe(true);
  expect(await t.db.maybe(Type.Object({ n: Type.Integer() }), sql`select n from rows where id = 3`)).toEqual({ n: 3 });
});

test('a transaction that waits for something else is not taken for dead, however long that takes', async () => {
  const { db } = await open({ idleTransactionMs: 150 });
  await db.tx(async (tx) => {
    await tx.run(sql`update rows set n = 4 where id = 4`);
    await outsideTransaction(() => t.db.run(sql`select pg_sleep(0.6)`));
  });
  expect(await t.db.maybe(Type.Object({ n: Type.Integer() }), sql`select n from rows where id = 4`)).toEqual({ n: 4 });
});

test('sessions ask PostgreSQL to look after their peer, of both kinds', async () => {
  const Setting = Type.Object({ name: Type.String(), value: Type.String() });
  const asked = sql`
    select name, reset_val as value from pg_settings
    where name like 'tcp\_%' or name = 'idle_in_transaction_session_timeout' order by name`;
  for (const from of [t.db, t.db.steady])
    expect(Object.fromEntries((await from.many(Setting, asked)).map(({ name, value }) => [name, Number(value)]))).toEqual({
      idle_in_transaction_session_timeout: 30_000,
      tcp_keepalives_count: 3,
      tcp_keepalives_idle: 5,
      tcp_keepalives_interval: 2,
      tcp_user_timeout: 10_000,
    });
});

test('whoever waits for a lock for too long may come back', async () => {
  const { db } = await open();
  const waited = t.db.tx(async (tx) => {
    await tx.run(sql`update rows set n = 5 where id = 5`);
    return failure(outsideTransaction(() => db.run(sql`update rows set n = 6 where id = 5`)));
  });
  expect(await waited).toMatchObject({ code: '57014' });
  expect(isUnavailable(await waited)).toBe(true);
});
