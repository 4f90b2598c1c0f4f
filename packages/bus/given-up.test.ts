import { commonMetrics } from '@taskcluster/contracts';
import { type Database, script, sql } from '@taskcluster/db';
import { type Log, silentLog } from '@taskcluster/log';
import { createMetrics } from '@taskcluster/metrics';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type Consumer, consumerLoop } from './consumer.ts';
import { announce, exchange } from './fixture.ts';
import type { Message } from './message.ts';

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
});
afterAll(() => t.close());
beforeEach(async () => {
  await t.db.run(sql`truncate platform.failed_deliveries, platform.consumers`);
});

interface Line {
  readonly level: 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
}
/** A loop with a consumer of everything, and what it tells. */
const listening = (handle: (message: Message) => void) => {
  const lines: Line[] = [];
  const keep = (level: Line['level']) => (fields: object) => void lines.push({ level, fields: { ...fields } });
  const log: Log = { ...silentLog, warn: keep('warn'), error: keep('error') };
  const registry = createMetrics([commonMetrics]);
  const consumer: Consumer<{ readonly db: Database }> = {
    name: 'test/listener',
    bindings: [{ exchange, routingKeyPattern: '#' }],
    handle: async (_, message) => handle(message),
  };
  const open = () => consumerLoop(consumer, { log, metrics: registry.recorders(commonMetrics) });
  let loop = open();
  const counted = async () => /^messages_given_up_total\{consumer="test\/listener"\} (\d+)$/m.exec(await registry.text())?.[1];
  return {
    lines,
    counted,
    step: () => loop.step({ db: t.db }, loop.batch),
    /** Another process. */
    restart: () => void (loop = open()),
    /** Tries until nothing is tried any more. */
    exhaust: async () => {
      for (let n = 0; n < 10; n++) {
        await loop.step({ db: t.db }, loop.batch);
        await t.clock.advance('1m');
      }
    },
  };
};

test('each attempt that fails is a warning, and the last one an error and a count', async () => {
  const cause = new Error('not today');
  const { step, exhaust, lines, counted } = listening(() => {
    throw cause;
  });
  await step();
  expect(await counted()).toBe('0');
  await announce(t.db, 'wanted');
  await exhaust();
  const about = { consumer: 'test/listener', messageId: expect.any(Number), exchange, routingKey: 'wanted', err: cause };
  const waits = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000];
  expect(lines).toEqual([
    ...waits.map((againMs, i) => ({ level: 'warn', fields: { ...about, attempt: i + 1, againMs } })),
    {
      level: 'error',
      fields: { ...about, attempt: 8, lookAtIt: expect.stringContaining('select'), handOverAgain: expect.stringContaining('update') },
    },
  ]);
  expect(await counted()).toBe('1');
});

test('the statements of the error show the message and hand it over again', async () => {
  let works = false;
  const got: string[] = [];
  const { step, restart, exhaust, lines } = listening(({ routingKey }) => {
    if (!works && routingKey !== 'fine') throw new Error('not yet');
    got.push(routingKey);
  });
  await step();
  await announce(t.db, 'fine', 'bad.1', 'bad.2');
  await exhaust();
  const [first] = lines.filter(({ level }) => level === 'error').map(({ fields }) => fields);
  expect(first?.['routingKey']).toBe('bad.1');
  expect(await t.db.run(script(String(first?.['lookAtIt'])))).toBe(1);
  works = true;
  await t.db.run(script(String(first?.['handOverAgain'])));
  restart();
  await step();
  expect(got).toEqual(['fine', 'bad.1']);
  expect(await t.db.run(sql`select from platform.failed_deliveries where routing_key = 'bad.2' and next_attempt is null`)).toBe(1);
  expect(await t.db.run(sql`select from platform.failed_deliveries`)).toBe(1);
});

test('what is told to be kept is kept: nothing is told before it is committed', async () => {
  const { step, lines } = listening(() => {
    throw new Error('no');
  });
  await step();
  await announce(t.db, 'wanted');
  const undone = new Error('the commit failed');
  const failing: Database = { ...t.db, tx: (work, name) => t.db.tx(async (tx) => (await work(tx), Promise.reject(undone)), name) };
  const loop = consumerLoop(
    { name: 'test/listener', bindings: [{ exchange, routingKeyPattern: '#' }], handle: () => Promise.reject(new Error('no')) },
    { log: { ...silentLog, warn: (fields) => void lines.push({ level: 'warn', fields: { ...fields } }) } },
  );
  await expect(loop.step({ db: failing }, loop.batch)).rejects.toBe(undone);
  expect(lines).toEqual([]);
  await step();
  expect(lines).toHaveLength(1);
});
