import { CallError, type Client, http, local } from '@taskcluster/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handlers, openTestServer, type TestServer, token, toy, type Waiting } from './fixture.ts';
import { invoker } from './invoke.ts';
import { methodsOf } from './method.ts';
import { monitoringHandlers } from './monitoring.ts';
import { serviceApi } from './service.ts';

const waiting: Waiting = { began: () => {}, ended: () => {}, go: Promise.resolve() };
const invoke = invoker(methodsOf(serviceApi({ contract: toy, handlers, service: waiting }), monitoringHandlers({})));
const scopesOf = { all: ['*'], none: ['secret:scope'] } as const;

let t: TestServer;
let clients: readonly ((as: keyof typeof scopesOf) => Client<typeof toy>)[];
beforeAll(async () => {
  t = await openTestServer();
  clients = [
    (as) => http(toy, { rootUrl: `http://localhost:${t.port}`, credentials: { clientId: as, accessToken: token } }),
    (as) => local(toy, invoke, { clientId: as, scopes: scopesOf[as] }),
  ];
});
afterAll(() => t.close());

/** What a call comes to, with all that may differ between two calls taken away. */
const outcome = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    return await call;
  } catch (err) {
    if (!(err instanceof CallError)) return { name: (err as Error).name, message: (err as Error).message };
    const { name, code, status, message } = err;
    return { name, code, status, message: message.split('\n\n---')[0] };
  }
};
const loose = (client: Client<typeof toy>) =>
  client as unknown as Readonly<Record<string, (given: object, body?: unknown) => Promise<unknown>>>;

test.each<[string, keyof typeof scopesOf, string, object, unknown?]>([
  ['an answer', 'all', 'thing', { id: 'abc' }],
  ['a default of the schema', 'all', 'putThing', { id: 'abc' }, { name: 'b' }],
  ['a parameter with slashes', 'all', 'rest', { path: 'a/b c/' }],
  ['no answer', 'all', 'nothing', {}],
  ['a refusal of the handler', 'all', 'putThing', { id: 'abc' }, { name: 'taken' }],
  ['a parameter of the wrong form', 'all', 'thing', { id: 'ABC' }],
  ['a query of the wrong form', 'all', 'thing', { id: 'abc', limit: 'x' }],
  ['a parameter that is missing', 'all', 'thing', {}],
  ['a parameter that is not known', 'all', 'thing', { id: 'abc', other: 'x' }],
  ['a parameter that no URL can hold', 'all', 'rest', { path: '..' }],
  ['a body of the wrong form', 'all', 'putThing', { id: 'abc' }, { size: 'x' }],
  ['a property that is undefined', 'all', 'putThing', { id: 'abc' }, { name: 'b', more: undefined }],
  ['a body that cannot be stored', 'all', 'putThing', { id: 'abc' }, { name: '\ud800' }],
  ['a date in a body', 'all', 'dated', {}, { when: new Date(0) }],
  ['missing scopes', 'none', 'thing', { id: 'abc' }],
  ['missing scopes that the handler asks for', 'none', 'deferred', {}],
  ['scopes that the handler asks for', 'all', 'deferred', {}],
  ['raw data', 'all', 'upload', { name: 'a' }, 'some bytes'],
])('%s comes to the same over HTTP and in the process', async (_, as, method, given, body) => {
  const [remote, inside] = await Promise.all(
    clients.map((client) => outcome(loose(client(as))[method]?.(given, body) ?? Promise.reject(new Error('no method')))),
  );
  expect(inside).toEqual(remote);
  expect(inside).not.toMatchObject({ message: 'no method' });
});

test('raw data comes as a response, with its headers', async () => {
  for (const client of clients) {
    const response = await client('all').download({});
    expect(response.headers.get('x-more')).toBe('yes');
    expect(await response.text()).toBe('some data');
  }
});

test('raw data can be sent as a stream', async () => {
  for (const client of clients) {
    const stream = new Blob(['streamed']).stream();
    expect(await client('all').upload({ name: 'a' }, stream, { contentType: 'text/plain' })).toEqual({
      bytes: 8,
      encoding: 'none',
      type: 'text/plain',
    });
  }
});

test('what a handler does with its input or its answer later does not reach the caller', async () => {
  const kept = { name: 'b', size: 1 };
  const mine = { name: 'b' };
  const one = methodsOf(
    serviceApi({ contract: toy, handlers: { ...handlers, thing: async () => kept }, service: waiting }),
    monitoringHandlers({}),
  );
  const client = local(toy, invoker(one), { clientId: 'all', scopes: ['*'] });
  const answer = await client.thing({ id: 'a' });
  expect(answer).toEqual(kept);
  expect(answer).not.toBe(kept);
  await client.putThing({ id: 'a' }, mine as never);
  // The schema's default was filled in elsewhere.
  expect(mine).toEqual({ name: 'b' });
});

test('who waits can give up', async () => {
  const stop = new AbortController();
  waiting.began = () => void setImmediate(() => stop.abort());
  expect(await local(toy, invoke, { clientId: 'all', scopes: ['*'] }).wait({}, undefined, { signal: stop.signal })).toEqual({
    ended: 'aborted',
  });
});

test('a fault of the platform is thrown as it is', async () => {
  const client = local(toy, invoke, { clientId: 'all', scopes: ['*'] });
  await expect(client.broken({})).rejects.toThrow('sesame');
  await expect(client.wrong({})).rejects.toThrow('not what its schema says');
  await expect(client.forgetful({})).rejects.toThrow('without authorising');
});

test('a method that does not run here is a mistake', async () => {
  await expect(local(toy, invoker([]), { clientId: 'all', scopes: [] }).thing({ id: 'a' })).rejects.toThrow(
    'toy.thing does not run in this process',
  );
});
