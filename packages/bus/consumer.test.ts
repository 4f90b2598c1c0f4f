import { connect, type Database, isUnavailable, sql } from '@taskcluster/db';
import { silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type Consumer, consumerLoop } from './consumer.ts';
import { announce, exchange } from './fixture.ts';
import type { Message } from './message.ts';

const Failed = Type.Object({
  consumer: Type.String(),
  attempts: Type.Integer(),
  waits: Type.Boolean(),
  error: Type.String(),
  payload: Type.Unknown(),
});

let t: TestDatabase;
let db: Database;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
  db = t.db;
});
afterAll(() => t.close());
beforeEach(async () => {
  await db.run(sql`truncate platform.failed_deliveries, platform.consumers`);
});

interface Service {
  readonly db: Database;
}
const consumer = (handle: (message: Message) => void | Promise<void>, name = 'tester'): Consumer<Service> => ({
  name,
  bindings: [{ exchange, routingKeyPattern: 'wanted.#' }],
  handle: async (_, message) => handle(message),
});
/** Steps like the loop does: until a step was short. */
const runUntilIdle = async (loop: ReturnType<typeof consumerLoop<Service>>, service: Service = { db }) => {
  while ((await loop.step(service, loop.batch)) >= loop.batch);
};
const failures = () =>
  db.many(
    Failed,
    sql`
      select consumer, attempts, next_attempt is not null as waits, last_error as error, payload
      from platform.failed_deliveries order by message_id`,
  );

test('a consumer gets the messages that it wants, in order, from its first step on', async () => {
  const got: string[] = [];
  const loop = consumerLoop(consumer((m) => void got.push(m.routingKey)));
  await announce(db, 'wanted.before');
  await runUntilIdle(loop);
  await announce(db, 'wanted.1', 'unwanted', 'wanted.2');
  await announce(db, 'wanted.3');
  await runUntilIdle(loop);
  expect(got).toEqual(['wanted.1', 'wanted.2', 'wanted.3']);
  await runUntilIdle(loop);
  expect(got).toHaveLength(3);
});

test('a message that reaches a consumer by several keys is handled once', async () => {
  const got: string[] = [];
  const both = {
    ...consumer((m) => void got.push(m.routingKey)),
    bindings: [
      { exchange, routingKeyPattern: '#' },
      { exchange, routingKeyPattern: 'route.#' },
    ],
  };
  await runUntilIdle(consumerLoop(both));
  await announce(db, 'wanted.1');
  await runUntilIdle(consumerLoop(both));
  expect(got).toEqual(['wanted.1']);
});

test('a consumer that does not mind the order handles several messages at a time, and one that fails harms no other', async () => {
  const together = Promise.withResolvers<void>();
  const got: string[] = [];
  const loop = consumerLoop({
    ...consumer(async ({ routingKey }) => {
      if (got.push(routingKey) === 3) together.resolve();
      await together.promise;
      if (routingKey === 'wanted.2') throw new Error('not this one');
    }),
    parallel: 3,
  });
  await runUntilIdle(loop);
  await announce(db, 'wanted.1', 'wanted.2', 'wanted.3', 'wanted.4');
  await runUntilIdle(loop);
  expect(got).toEqual(['wanted.1', 'wanted.2', 'wanted.3', 'wanted.4']);
  expect((await failures()).map((f) => f.payload)).toEqual([{ routingKey: 'wanted.2' }]);
});

test('what was announced while a consumer was away waits for it', async () => {
  await runUntilIdle(consumerLoop(consumer(() => {})));
  const keys = Array.from({ length: 250 }, (_, i) => `wanted.${i}`);
  await announce(db, ...keys);
  const got: string[] = [];
  await runUntilIdle(consumerLoop(consumer((m) => void got.push(m.routingKey))));
  expect(got).toEqual(keys);
});

test('consumers with different names each get everything', async () => {
  const got: string[] = [];
  const loops = ['one', 'two'].map((name) => consumerLoop(consumer((m) => void got.push(`${name} ${m.routingKey}`), name)));
  for (const loop of loops) await runUntilIdle(loop);
  await announce(db, 'wanted.1');
  for (const loop of loops) await runUntilIdle(loop);
  expect(got).toEqual(['one wanted.1', 'two wanted.1']);
});

test('a handler may use the database, transactions included', async () => {
  await db.run(sql`create table if not exists handled (key text primary key)`);
  const loop = consumerLoop<Service>({
    ...consumer(() => {}),
    handle: async (service, m) => {
      await service.db.tx((tx) => tx.run(sql`insert into handled values (${m.routingKey}) on conflict do nothing`));
    },
  });
  await runUntilIdle(loop);
  await announce(db, 'wanted.a', 'wanted.b');
  await runUntilIdle(loop);
  expect(await db.run(sql`select from handled`)).toBe(2);
});

test('a handler that fails does not hold up the others, and is tried again when it is due', async () => {
  const got: string[] = [];
  let works = false;
  const messages: Message[] = [];
  const loop = consumerLoop(
    consumer((m) => {
      messages.push(m);
      if (m.routingKey === 'wanted.bad' && !works) throw new Error('not yet');
      got.push(m.routingKey);
    }),
  );
  await runUntilIdle(loop);
  await announce(db, 'wanted.1', 'wanted.bad', 'wanted.2');
  await runUntilIdle(loop);
  expect(got).toEqual(['wanted.1', 'wanted.2']);
  expect(await failures()).toEqual([
    { consumer: 'tester', attempts: 1, waits: true, error: 'not yet', payload: { routingKey: 'wanted.bad' } },
  ]);

  works = true;
  const due = (await loop.nextDueMs?.({ db })) ?? Infinity;
  expect(due).toBeLessThanOrEqual(250);
  await t.clock.advance('1s');
  await runUntilIdle(loop);
  expect(got).toEqual(['wanted.1', 'wanted.2', 'wanted.bad']);
  expect(messages.at(-1)).toEqual(messages[1]);
  expect(await failures()).toEqual([]);
  expect(await loop.nextDueMs?.({ db })).toBeUndefined();
});

test('a message is given up after eight attempts, and kept for a person to look at', async () => {
  let attempts = 0;
  const loop = consumerLoop(
    consumer(() => {
      attempts++;
      throw new Error(`attempt ${attempts}`);
    }),
  );
  await runUntilIdle(loop);
  await announce(db, 'wanted.poison');
  for (let i = 0; i < 12; i++) {
    await runUntilIdle(loop);
    await t.clock.advance('10m');
  }
  expect(attempts).toBe(8);
  expect(await failures()).toMatchObject([{ attempts: 8, waits: false, error: 'attempt 8' }]);
  expect(await loop.nextDueMs?.({ db })).toBeUndefined();
});

test('each wait is longer than the one before', async () => {
  const loop = consumerLoop(
    consumer(() => {
      throw new Error('no');
    }),
  );
  await runUntilIdle(loop);
  await announce(db, 'wanted.1');
  const waits: number[] = [];
  for (let i = 0; i < 4; i++) {
    await runUntilIdle(loop);
    waits.push((await loop.nextDueMs?.({ db })) ?? 0);
    await t.clock.advance('10m');
  }
  for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThan(waits[i - 1] ?? 0);
});

test('an error that cannot be stored as it is holds nobody up', async () => {
  const loop = consumerLoop(
    consumer((m) => {
      // oxlint-disable-next-line no-throw-literal -- handlers of others may throw anything
      throw m.routingKey === 'wanted.nul' ? new Error('a\0b') : undefined;
    }),
  );
  await runUntilIdle(loop);
  await announce(db, 'wanted.nul', 'wanted.odd');
  await runUntilIdle(loop);
  expect((await failures()).map((f) => f.error)).toEqual(['a\ufffdb', 'undefined']);
});

test('a process that dies in the middle of a page leaves it to the next: nothing is lost', async () => {
  const Pid = Type.Object({ pid: Type.Integer() });
  const place = sql`select pid from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;
  const dying = connect({ connectionString: t.connectionString, log: silentLog });
  await runUntilIdle(consumerLoop(consumer(() => {})));
  await announce(db, 'wanted.1', 'wanted.2', 'wanted.3');
  const got: string[] = [];
  const handle = async (m: Message) => {
    got.push(m.routingKey);
    if (got.length === 2) for (const { pid } of await db.many(Pid, place)) await db.run(sql`select pg_terminate_backend(${pid}, 10000)`);
  };
  await expect(runUntilIdle(consumerLoop(consumer(handle)), { db: dying })).rejects.toSatisfy(isUnavailable);
  got.length = 0;
  await runUntilIdle(consumerLoop(consumer((m) => void got.push(m.routingKey))));
  expect(got).toEqual(['wanted.1', 'wanted.2', 'wanted.3']);
  await dying.close();
});

test('in two processes at once each message is handled by one of them', async () => {
  const other = connect({ connectionString: t.connectionString, log: silentLog });
  const got: string[] = [];
  const busy = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  await runUntilIdle(consumerLoop(consumer(() => {})));
  await announce(db, 'wanted.1', 'wanted.2');
  const slow = runUntilIdle(
    consumerLoop(
      consumer(async (m) => {
        got.push(m.routingKey);
        busy.resolve();
        await go.promise;
      }),
    ),
  );
  await busy.promise;
  const second = consumerLoop(consumer((m) => void got.push(`other ${m.routingKey}`)));
  expect(await second.step({ db: other }, second.batch)).toBe(0);
  go.resolve();
  await slow;
  await announce(db, 'wanted.3');
  await runUntilIdle(second, { db: other });
  expect(got).toEqual(['wanted.1', 'wanted.2', 'other wanted.3']);
  await other.close();
});

test('two processes that race share the work without a gap or a double', async () => {
  const other = connect({ connectionString: t.connectionString, log: silentLog });
  const got: string[] = [];
  const loop = consumerLoop(consumer((m) => void got.push(m.routingKey)));
  await runUntilIdle(loop);
  const keys = Array.from({ length: 300 }, (_, i) => `wanted.${i}`);
  for (let i = 0; i < keys.length; i += 10) {
    await Promise.all([announce(db, ...keys.slice(i, i + 10)), loop.step({ db }, loop.batch), loop.step({ db: other }, loop.batch)]);
  }
  await runUntilIdle(loop);
  expect(got).toEqual(keys);
  await other.close();
});
