import { contract, get, post, put } from '@taskcluster/contracts';
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
    send: put('/send', { title: 't', description: 'd', category: 'c', input: 'stream', output: Type.Object({ n: Type.Integer() }) }),
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

describe('an answer', () => {
  test('that breaks off in the middle counts as none, and is asked for again', async () => {
    const { client } = await serving(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"n":');
        setImmediate(() => response.destroy());
      },
      json(200, { n: 5 }),
    );
    expect(await client.read({ id: 'a' })).toEqual({ n: 5 });
  });
  test('that does not come in time counts as none, and the error says so', async () => {
    const { client, got } = await serving(() => {});
    await expect(client.read({ id: 'a' }, undefined, { timeoutMs: 20, retries: 1 })).rejects.toMatchObject({
      code: 'ConnectionFailed',
      status: 0,
      message: expect.stringContaining('did not answer in time'),
    });
    expect(got).toHaveLength(2);
  });
  test('that is a redirect is not followed: what it says is in its body', async () => {
    const { client, got } = await serving(json(303, { n: 6 }, { location: '/elsewhere' }));
    expect(await client.read({ id: 'a' })).toEqual({ n: 6 });
    expect(got).toHaveLength(1);
  });
  test('of a proxy that speaks no JSON is an error with its status', async () => {
    const { client } = await serving((_, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>lost</h1>'));
    await expect(client.read({ id: 'a' })).rejects.toMatchObject({
      code: 'UnexpectedAnswer',
      status: 404,
      message: 'The answer was 404 Not Found.',
    });
  });
  test('for raw data may be an error like any other', async () => {
    const { client } = await serving(json(410, { code: 'ResourceExpired', message: 'Gone.' }));
    await expect(client.raw({})).rejects.toMatchObject({ code: 'ResourceExpired', status: 410 });
  });
});

describe('credentials', () => {
  test('may be absent: then nothing is signed', async () => {
    const { rootUrl, got } = await serving(json(200, { n: 1 }));
    await http(toy, { rootUrl: `${rootUrl}//` }).read({ id: 'a' });
    expect(got[0]).toMatchObject({ url: '/api/toy/v1/thing/a' });
    expect(got[0]?.headers.authorization).toBeUndefined();
  });
  test('that are asked for are asked for before every attempt', async () => {
    const { rootUrl, got } = await serving(json(500, {}), json(200, { n: 1 }));
    let n = 0;
    await http(toy, { rootUrl, credentials: async () => ({ clientId: `me-${++n}`, accessToken: 'x' }) }).read({ id: 'a' });
    expect(got.map((g) => /id="([^"]+)"/.exec(g.headers.authorization ?? '')?.[1])).toEqual(['me-1', 'me-2']);
  });
});

describe('raw data', () => {
  test('in memory is sent again after a failure', async () => {
    const { client, got } = await serving(json(500, {}), json(200, { n: 1 }));
    expect(await client.send({}, 'bytes', { contentType: 'text/plain' })).toEqual({ n: 1 });
    expect(got.map((g) => g.headers['content-type'])).toEqual(['text/plain', 'text/plain']);
  });
  test('from a stream is sent once, because it cannot be read twice', async () => {
    const { client, got } = await serving(json(500, { code: 'InternalServerError', message: 'no' }), json(200, { n: 1 }));
    await expect(client.send({}, new Blob(['bytes']).stream())).rejects.toMatchObject({ status: 500 });
    expect(got).toHaveLength(1);
  });
});

test('who gives up while waiting for the next attempt is let go at once', async () => {
  const stop = new AbortController();
  const { rootUrl } = await serving(json(429, {}, { 'retry-after': '3600' }));
  const client = http(toy, { rootUrl, onRetry: () => setImmediate(() => stop.abort(new Error('enough'))) });
  await expect(client.read({ id: 'a' }, undefined, { signal: stop.signal })).rejects.toThrow('enough');
});

test.each(['.', '..'])('a parameter %s is refused: an URL with it is another URL', (id) => {
  expect(() => pathOf(toy, toy.endpoints.read, { id })).toThrow('no URL can hold it');
});

test.each([
  ['a/../b', 'a%2F..%2Fb'],
  ['...', '...'],
  ['a?b#c%', 'a%3Fb%23c%25'],
  ['ü 𝄞', '%C3%BC%20%F0%9D%84%9E'],
])('a parameter %s is one piece of the path', (name, encoded) => {
  const path = pathOf(toy, toy.endpoints.write, { name });
  expect(path).toBe(`/api/toy/v1/thing/${encoded}`);
  expect(new URL(path, 'http://x').pathname).toBe(path);
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
