import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { createServer, methodsOf, monitoringHandlers, serviceApi } from '@taskcluster/api';
import { appendMessages, currentCursor } from '@taskcluster/bus';
import { events as contract } from '@taskcluster/contracts';
import type { Database } from '@taskcluster/db';
import { silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { afterAll, beforeAll, expect, inject, test, onTestFinished } from 'vitest';
import { eventsOf } from './fixture.ts';
import { eventsService } from './index.ts';

const exchange = 'exchange/taskcluster-queue/v1/task-running';
const everything = `${exchange}:#`;

let t: TestDatabase;
let server: ReturnType<typeof createServer>;
let rootUrl: string;
let scopes: readonly string[] = ['web:read-pulse'];

const serve = async (keepAliveMs: number) => {
  const methods = methodsOf(
    serviceApi({ contract, handlers: eventsService.handlers, service: { db: t.db, keepAliveMs } }),
    monitoringHandlers({}),
  );
  const made = createServer({
    rootUrl: 'http://127.0.0.1',
    methods,
    authenticate: () => ({ status: 'auth-success', scheme: 'hawk', clientId: 'tester', scopes, expires: new Date(Date.now() + 60_000) }),
    now: Date.now,
    log: silentLog,
    version: {},
    documents: new Map(),
  });
  const port = await made.listen({ host: '127.0.0.1', port: 0 });
  return { server: made, rootUrl: `http://127.0.0.1:${port}` };
};

beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
  ({ server, rootUrl } = await serve(15_000));
});
afterAll(async () => {
  await server.close(100);
  await t.close();
});

const publish = (...keys: readonly string[]) =>
  t.db.tx((tx) =>
    appendMessages(
      tx,
      keys.map((routingKey) => ({ exchange, routingKey, cc: [`route.${routingKey}`], payload: { routingKey, text: 'a\nb' } })),
    ),
  );
const get = (query: Record<string, string>, root = rootUrl) =>
  fetch(`${root}/api/events/v1/events?${new URLSearchParams(query).toString()}`);

const listen = async (query: Record<string, string>, root = rootUrl) => {
  const answer = await get(query, root);
  return { answer, ...eventsOf(answer.body) };
};

test('a listener is told where it is, and then gets the messages that it wants', async () => {
  const listener = await listen({ bind: `${exchange}:a.#` });
  expect(listener.answer.status).toBe(200);
  expect(listener.answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(await listener.next()).toEqual({ event: 'place', id: expect.stringMatching(/^\d+:\d+:/) });
  await publish('b.1', 'a.1');
  expect(await listener.next()).toEqual({
    event: 'message',
    id: expect.stringMatching(/^\d+:\d+:/),
    data: { messageId: expect.any(Number), exchange, routingKey: 'a.1', cc: ['route.a.1'], payload: { routingKey: 'a.1', text: 'a\nb' } },
  });
  await listener.leave();
});

test('whoever was cut off goes on at the cursor and misses nothing', async () => {
  const first = await listen({ bind: everything });
  const place = await first.next();
  await publish('one');
  const seen = await first.next();
  await first.leave();
  await publish('two', 'three');
  const second = await listen({ bind: everything, cursor: seen?.id ?? '' });
  expect(await second.next()).toMatchObject({ event: 'place', id: seen?.id });
  expect((await second.next())?.data?.routingKey).toBe('two');
  const third = await second.next();
  expect(third?.data?.routingKey).toBe('three');
  expect(third?.id).toBeDefined();
  await second.leave();
  const all = await listen({ bind: everything, cursor: place?.id ?? '' });
  await all.next();
  expect([(await all.next())?.data, (await all.next())?.data, (await all.next())?.data].map((d) => d?.routingKey)).toEqual([
    'one',
    'two',
    'three',
  ]);
  await all.leave();
});

test('only the last message of a page carries its cursor, so a cut in the middle repeats rather than skips', async () => {
  const listener = await listen({ bind: everything });
  await listener.next();
  await publish('p.1', 'p.2', 'p.3');
  const ids = [await listener.next(), await listener.next(), await listener.next()].map((e) => e?.id !== undefined);
  expect(ids).toEqual([false, false, true]);
  await listener.leave();
});

test('a message that comes again has the id that it had, and one that says the same again has another', async () => {
  const first = await listen({ bind: everything });
  const place = await first.next();
  await publish('same', 'same', 'other');
  const before = [await first.next(), await first.next()].map((e) => e?.data);
  await first.leave();
  const again = await listen({ bind: everything, cursor: place?.id ?? '' });
  await again.next();
  const after = [await again.next(), await again.next()].map((e) => e?.data);
  await again.leave();
  expect(after).toEqual(before);
  expect(before[0]?.messageId).toEqual(expect.any(Number));
  expect(before[1]).toEqual({ ...before[0], messageId: expect.any(Number) });
  expect(before[1]?.messageId).not.toBe(before[0]?.messageId);
});

test('a quiet stream says now and then where it is', async () => {
  const quick = await serve(20);
  const listener = await listen({ bind: everything }, quick.rootUrl);
  for (let i = 0; i < 3; i++) expect(await listener.next()).toMatchObject({ event: 'place' });
  await listener.leave();
  await quick.server.close(100);
});

test('a stream ends when the server stops', async () => {
  const stopping = await serve(15_000);
  const listener = await listen({ bind: everything }, stopping.rootUrl);
  await listener.next();
  const closed = stopping.server.close(100);
  expect(await listener.next()).toBeUndefined();
  await closed;
});

test('a binding or a cursor that cannot be read is refused before the stream begins', async () => {
  const code = async (query: Record<string, string>) => {
    const answer = await get(query);
    return [answer.status, ((await answer.json()) as { code: string }).code];
  };
  const refused = [400, 'InputError'];
  expect(await code({})).toEqual(refused);
  expect(await code({ bind: 'nonsense' })).toEqual(refused);
  expect(await code({ bind: `${everything},` })).toEqual(refused);
  expect(await code({ bind: Array(51).fill('a:#').join(',') })).toEqual(refused);
  // Nonsense, a snapshot that ends before it begins, one whose members are out of order, and one that goes on in such a one.
  for (const cursor of ['nonsense', '9:5:', '5:9:8,6', '5:9:/9:5:/1']) {
    expect(await code({ bind: everything, cursor }), cursor).toEqual(refused);
  }
});

test('listening needs the scope', async () => {
  scopes = ['web:*:no'];
  expect((await get({ bind: everything })).status).toBe(403);
  scopes = ['web:read-pulse'];
});

const until = async (is: () => boolean) => {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
};

/** Counts who listens to wake-ups from now on, until the test is over. */
const countListeners = () => {
  let listening = 0;
  const { on } = t.db.wakeups;
  t.db.wakeups.on = (channel, listener) => {
    listening++;
    const off = on(channel, listener);
    return () => (listening--, off());
  };
  onTestFinished(() => void (t.db.wakeups.on = on));
  return { count: () => listening };
};

test('whoever left is forgotten, even if it never read anything', async () => {
  const listeners = countListeners();
  const socket = connect(Number(new URL(rootUrl).port), '127.0.0.1');
  socket.pause();
  socket.write(`GET /api/events/v1/events?bind=${encodeURIComponent(everything)} HTTP/1.1\r\nhost: x\r\n\r\n`);
  await until(() => listeners.count() === 1);
  await publish('unread');
  socket.destroy();
  await until(() => listeners.count() === 0);
});

test('HEAD says what GET would, and leaves no listener behind', async () => {
  const listeners = countListeners();
  const answer = await fetch(`${rootUrl}/api/events/v1/events?bind=${encodeURIComponent(everything)}`, { method: 'HEAD' });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  await publish('unheard');
  await until(() => listeners.count() === 0);
});

test('nothing is read for a listener who does not read', async () => {
  const cursor = await currentCursor(t.db);
  for (let page = 0; page < 5; page++) await publish(...Array.from({ length: 500 }, (_, i) => `m.${page}.${i}`));
  let reads = 0;
  const db: Database = { ...t.db, many: (row, statement) => (reads++, t.db.many(row, statement)) };
  const leaving = new AbortController();
  const answer = await eventsService.handlers.events({ db, keepAliveMs: 1 }, {
    query: { bind: everything, cursor },
    signal: leaving.signal,
  } as never);
  const body = (answer as { readonly body: Readable }).body;
  body.read(0);
  await until(() => reads >= 1);
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  // One page to check the cursor, and at most one for the buffer.
  expect(reads).toBeLessThanOrEqual(2);
  let text = '';
  body.on('data', (part: string) => (text += part));
  await until(() => text.includes('m.4.499'));
  leaving.abort();
  await new Promise((resolve) => body.once('close', resolve));
  expect(text.split('event: message').length - 1).toBe(2500);
});
