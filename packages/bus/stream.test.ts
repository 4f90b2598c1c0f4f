import type { Database } from '@taskcluster/db';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { announce, exchange } from './fixture.ts';
import { currentCursor, streamMessages } from './index.ts';

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
});
afterAll(() => t.close());

const hour = 3_600_000;
const wanted = [{ exchange, routingKeyPattern: 'wanted.#' }];

/** A stream with a count of its listeners. */
const open = (options: { readonly cursor?: string; readonly keepAliveMs?: number } = {}) => {
  const stopping = new AbortController();
  let listeners = 0;
  const db: Database = {
    ...t.db,
    wakeups: {
      ...t.db.wakeups,
      on: (channel, listener) => {
        listeners++;
        const off = t.db.wakeups.on(channel, listener);
        return () => (listeners--, off());
      },
    },
  };
  const pages = streamMessages(db, { bindings: wanted, keepAliveMs: hour, signal: stopping.signal, ...options });
  const next = async () => {
    const { value, done } = await pages.next();
    return done ? undefined : { keys: value.messages.map((m) => m.routingKey), cursor: value.cursor };
  };
  return { next, pages, stop: () => stopping.abort(), listeners: () => listeners };
};

test('a stream begins with its place, and is woken by what is announced', async () => {
  const stream = open();
  expect(await stream.next()).toEqual({ keys: [], cursor: expect.any(String) });
  const waiting = stream.next();
  await announce(t.db, 'wanted.1', 'unwanted', 'wanted.2');
  expect((await waiting)?.keys).toEqual(['wanted.1', 'wanted.2']);
  stream.stop();
});

test('a stream goes on at a cursor, over more pages than one', async () => {
  const cursor = await currentCursor(t.db);
  const keys = Array.from({ length: 1_100 }, (_, i) => `wanted.${i}`);
  await announce(t.db, ...keys);
  const first = open({ cursor });
  expect(await first.next()).toEqual({ keys: [], cursor });
  const seen: string[] = [];
  const place = await first.next();
  seen.push(...(place?.keys ?? []));
  await first.pages.return(undefined);
  const second = open({ cursor: place?.cursor ?? '' });
  await second.next();
  while (seen.length < keys.length) seen.push(...((await second.next())?.keys ?? []));
  expect(seen).toEqual(keys);
  second.stop();
});

test('a stream that nobody writes to gives a sign of life, and its place', async () => {
  const stream = open({ keepAliveMs: 1 });
  for (let i = 0; i < 3; i++) expect(await stream.next()).toEqual({ keys: [], cursor: expect.any(String) });
  stream.stop();
});

test('so does a stream past which others’ messages run: its place moves on', async () => {
  const stream = open({ keepAliveMs: 20 });
  const begin = await stream.next();
  let writing = true;
  const noise = (async () => {
    while (writing) await announce(t.db, 'unwanted');
  })();
  const life = await stream.next();
  writing = false;
  await noise;
  expect(life?.keys).toEqual([]);
  expect(life?.cursor).not.toBe(begin?.cursor);
  stream.stop();
});

test('a stream ends when it is told to, also while it waits, and listens no more', async () => {
  const stream = open();
  await stream.next();
  const waiting = stream.next();
  expect(stream.listeners()).toBe(1);
  stream.stop();
  expect(await waiting).toBeUndefined();
  expect(stream.listeners()).toBe(0);
});

test('whoever leaves a stream listens no more', async () => {
  const stream = open();
  await stream.next();
  expect(stream.listeners()).toBe(1);
  await stream.pages.return(undefined);
  expect(stream.listeners()).toBe(0);
  // Never begun: never listened.
  await open().pages.return(undefined);
});

test('a stream that was ended before it began says where it is and ends', async () => {
  const stream = open();
  stream.stop();
  expect((await stream.next())?.keys).toEqual([]);
  expect(await stream.next()).toBeUndefined();
  expect(stream.listeners()).toBe(0);
});

test('an error of the database ends the stream and its listening', async () => {
  const stream = open({ cursor: 'nonsense' });
  await stream.next();
  await expect(stream.next()).rejects.toThrow('nonsense');
  expect(stream.listeners()).toBe(0);
});
