import { type Database, sql } from '@taskcluster/db';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { retentionLoop } from './channels.ts';
import { consumerLoop } from './consumer.ts';
import { announce, begin, exchange } from './fixture.ts';

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
});
afterAll(() => t.close());
beforeEach(async () => {
  await t.db.run(sql`truncate platform.messages, platform.consumers`);
});

const keepMs = 3_600_000;
const retain = (consumers: readonly string[], batch = 1_000) =>
  retentionLoop.step({ db: t.db, keepMs, consumers, places: async () => [] }, batch);
const left = () => t.db.run(sql`select from platform.messages`);

/** A consumer of everything. Each call is another process. */
const listener = (name: string, handle: (key: string) => void = () => {}) => {
  const loop = consumerLoop<{ readonly db: Database }>({
    name,
    bindings: [{ exchange, routingKeyPattern: '#' }],
    handle: async (_, { routingKey }) => handle(routingKey),
  });
  return {
    step: () => loop.step({ db: t.db }, loop.batch),
    readAll: async () => {
      while ((await loop.step({ db: t.db }, loop.batch)) >= loop.batch);
    },
  };
};

test('messages are removed when they are old, not before, and a batch at a time', async () => {
  await announce(t.db, 'old.1', 'old.2', 'old.3');
  expect(await retain([], 10)).toBe(0);
  await t.clock.advance('2h');
  await announce(t.db, 'new');
  expect(await retain([], 2)).toBe(2);
  expect(await retain([], 2)).toBe(1);
  expect(await left()).toBe(1);
});

test('what a consumer has not read waits for it, however long the platform was down', async () => {
  await listener('slow').readAll();
  await announce(t.db, 'wanted.1', 'wanted.2');
  await t.clock.advance('30d');
  expect(await retain(['slow'])).toBe(0);
  const got: string[] = [];
  await listener('slow', (key) => void got.push(key)).readAll();
  expect(got).toEqual(['wanted.1', 'wanted.2']);
  expect(await retain(['slow'])).toBe(2);
});

test('the slowest consumer counts, and what all have read goes', async () => {
  await listener('slow').readAll();
  await listener('quick').readAll();
  await announce(t.db, 'read by both');
  await listener('slow').readAll();
  await announce(t.db, 'read by one');
  await listener('quick').readAll();
  await t.clock.advance('2h');
  expect(await retain(['slow', 'quick'])).toBe(1);
  expect(await left()).toBe(1);
  await listener('slow').readAll();
  expect(await retain(['slow', 'quick'])).toBe(1);
});

test('a consumer that the code has no more keeps nothing, and one that is yet to begin neither', async () => {
  await listener('gone').readAll();
  await announce(t.db, 'wanted');
  await t.clock.advance('2h');
  expect(await retain(['yet to begin'])).toBe(1);
});

test('a consumer that is inside a large page keeps all of it, and what was committed late', async () => {
  await listener('slow').readAll();
  const late = await begin(t.db);
  await late.append('late');
  await announce(t.db, ...Array.from({ length: 150 }, (_, i) => `wanted.${i}`));
  const got: string[] = [];
  const slow = listener('slow', (key) => void got.push(key));
  await slow.step();
  expect(got).toHaveLength(100);
  await late.commit();
  await t.clock.advance('2h');
  expect(await retain(['slow'])).toBe(0);
  await slow.readAll();
  expect(got).toHaveLength(151);
  expect(await retain(['slow'])).toBe(151);
});
