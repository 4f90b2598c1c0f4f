import { contract, get, post } from '@taskcluster/contracts';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Type } from 'typebox';
import { afterEach, describe, expect, test } from 'vitest';
import { CallError, pathOf } from './client.ts';
import { http, pages } from './index.ts';

const toy = contract({
  service: 'toy',
  version: 'v1',
  title: 'Toy',
  description: 'For tests.',
  endpoints: {
    read: get('/thing/:id', {
      title: 't',
      description: 'd',
      category: 'c',
      query: { limit: /x/ },
      output: Type.Object({ n: Type.Integer() }),
    }),
    write: post('/thing/:name(*)', {
      title: 't',
      description: 'd',
      category: 'c',
      input: Type.Object({ a: Type.Integer() }),
      output: Type.Object({ n: Type.Integer() }),
    }),
    nothing: post('/nothing', { title: 't', description: 'd', category: 'c' }),
    raw: get('/raw', { title: 't', description: 'd', category: 'c', output: 'blob' }),
  },
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers each request with the next of these, and remembers what it got. */
const serving = async (...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) => {
  const got: { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    got.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    request.resume();
    request.on('end', () => answers[Math.min(got.length, answers.length) - 1]?.(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const rootUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { clientId: 'me', accessToken: 'secret' };
  return { rootUrl, got, client: http(toy, { rootUrl, credentials }) };
};
const json =
  (status: number, body: object, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

describe('a call', () => {
  test('is signed, and its parameters are encoded as one piece each', async () => {
    const { client, got } = await serving(json(200, { n: 1 }));
    expect(await client.read({ id: 'a/b c', limit: 'x' })).toEqual({ n: 1 });
    expect(got[0]).toMatchObject({ method: 'GET', url: '/api/toy/v1/thing/a%2Fb%20c?limit=x' });
    expect(got[0]?.headers.authorization).toMatch(/^Hawk id="me"/);
  });
  test('without a body answer gives undefined', async () => {
    const { client } = await serving((_, response) => void response.writeHead(204).end());
    expect(await client.nothing({})).toBeUndefined();
  });
  test('for raw data gives the response itself', async () => {
    const { client } = await serving((_, response) => void response.end('bytes'));
    expect(await (await client.raw({})).text()).toBe('bytes');
  });
});

describe('a failed attempt', () => {
  test('that ended with 5xx is repeated, signed anew', async () => {
    const { client, got } = await serving(json(500, { code: 'InternalServerError', message: 'no' }), json(503, {}), json(200, { n: 2 }));
    expect(await client.read({ id: 'a' })).toEqual({ n: 2 });
    expect(new Set(got.map((g) => g.headers.authorization)).size).toBe(3);
  });
  test('that the server told to come back later waits as long as it said', async () => {
    const { rootUrl } = await serving(
      json(429, { code: 'TooManyRequests', message: 'later' }, { 'retry-after': '1' }),
      json(200, { n: 3 }),
    );
    const pausesMs: number[] = [];
    const client = http(toy, { rootUrl, onRetry: (_, pauseMs) => pausesMs.push(pauseMs) });
    expect(await client.read({ id: 'a' })).toEqual({ n: 3 });
    expect(pausesMs).toHaveLength(1);
    expect(pausesMs[0]).toBeGreaterThanOrEqual(1000);
  });
  test('whose connection broke is repeated', async () => {
    const { client } = await serving((request) => void request.socket.destroy(), json(200, { n: 4 }));
    expect(await client.read({ id: 'a' })).toEqual({ n: 4 });
  });
  test('that was refused is not repeated, and says why', async () => {
    const { client, got } = await serving(json(403, { code: 'InsufficientScopes', message: 'You may not.' }));
    await expect(client.read({ id: 'a' })).rejects.toMatchObject({
      name: 'CallError',
      code: 'InsufficientScopes',
      status: 403,
      message: 'You may not.',
    });
    expect(got).toHaveLength(1);
  });
  test('is given up after as many repeats as were asked for', async () => {
    const { client, got } = await serving(json(500, {}));
    await expect(client.read({ id: 'a' }, undefined, { retries: 1 })).rejects.toBeInstanceOf(CallError);
    expect(got).toHaveLength(2);
  });
  test('with no server at all says that it cannot be reached', async () => {
    const { rootUrl } = await serving(json(200, {}));
    for (const close of closers.splice(0)) close();
    await expect(http(toy, { rootUrl }).read({ id: 'a' }, undefined, { retries: 0 })).rejects.toMatchObject({
      code: 'ConnectionFailed',
      status: 0,
    });
  });
  test('is not repeated once the caller has given up', async () => {
    const stop = new AbortController();
    const { client, got } = await serving(() => stop.abort(new Error('enough')));
    await expect(client.read({ id: 'a' }, undefined, { signal: stop.signal })).rejects.toThrow('enough');
    expect(got).toHaveLength(1);
  });
});

test('a parameter that a method does not have, or that is missing, is a mistake of the caller', () => {
  expect(() => pathOf(toy, toy.endpoints.read, {})).toThrow(TypeError);
  expect(() => pathOf(toy, toy.endpoints.read, { id: 'a', other: 'b' })).toThrow('no parameter other');
});

test('pages are walked to the last one', async () => {
  const seen: (string | undefined)[] = [];
  for await (const page of pages(async (token) => ({ token, ...(token === 'b' ? {} : { continuationToken: token === 'a' ? 'b' : 'a' }) })))
    seen.push(page.token);
  expect(seen).toEqual([undefined, 'a', 'b']);
});
