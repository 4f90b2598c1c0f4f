import { authorizationHeader, payloadHash } from '@taskcluster/hawk';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { createGzip, deflateSync, gzipSync } from 'node:zlib';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestServer, type TestServer, token } from './fixture.ts';
import { accepts } from './compression.ts';
import { pathsOf } from './wire.ts';

let t: TestServer;
beforeAll(async () => {
  t = await openTestServer();
});
afterAll(() => t.close());

const base = '/api/toy/v1';
const mebibyte = 1024 * 1024;
const json = { 'content-type': 'application/json' };
const put = (raw: string | Buffer, headers: Record<string, string> = {}) =>
  t.ask('PUT', `${base}/thing/a`, { raw, headers: { ...json, ...headers } });

describe('the limit of a body', () => {
  const ofSize = (bytes: number) => {
    const [begin, end] = ['{"name":"', '"}'];
    return Buffer.from(begin + 'x'.repeat(bytes - begin.length - end.length) + end);
  };
  test('is 10 MiB, and not a byte more', async () => {
    expect((await put(ofSize(10 * mebibyte))).json.code).toBe('InputValidationError');
    const answer = await put(ofSize(10 * mebibyte + 1));
    expect([answer.status, answer.json.code]).toEqual([413, 'InputTooLarge']);
  });
  test('holds for what is packed, too', async () => {
    expect((await put(gzipSync(ofSize(10 * mebibyte)), { 'content-encoding': 'gzip' })).json.code).toBe('InputValidationError');
    expect((await put(gzipSync(ofSize(10 * mebibyte + 1)), { 'content-encoding': 'GZIP' })).status).toBe(413);
    expect((await put(deflateSync(ofSize(10 * mebibyte + 1)), { 'content-encoding': 'deflate' })).status).toBe(413);
  });
  test('is told with the name of the method', async () => {
    const { requestInfo } = (await put(ofSize(10 * mebibyte + 1))).json;
    expect(requestInfo).toMatchObject({ method: 'putThing', params: { id: 'a' }, payload: {} });
  });
  test('does not hold for raw data, which is not unpacked either', async () => {
    const data = gzipSync(Buffer.alloc(1000));
    const small = await t.ask('PUT', `${base}/upload/a`, { raw: data, headers: { 'content-encoding': 'gzip' } });
    expect(JSON.parse(small.text)).toEqual({ bytes: data.length, encoding: 'gzip', type: 'none' });
    const large = await t.ask('PUT', `${base}/upload/a`, { raw: Buffer.alloc(10 * mebibyte + 1) });
    expect(JSON.parse(large.text)).toEqual({ bytes: 10 * mebibyte + 1, encoding: 'none', type: 'none' });
  });
});

test('a body of a gigabyte in a megabyte is refused when 10 MiB of it are unpacked, and takes no memory', async () => {
  const zeros = Buffer.alloc(mebibyte);
  const pack = createGzip();
  const packed = (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of pack) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  })();
  for (let i = 0; i < 1024; i++) if (!pack.write(zeros)) await once(pack, 'drain');
  pack.end();
  const bomb = await packed;
  const before = process.memoryUsage().rss;
  const answers = await Promise.all(Array.from({ length: 4 }, () => put(bomb, { 'content-encoding': 'gzip' })));
  expect(answers.map((a) => a.status)).toEqual([413, 413, 413, 413]);
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * mebibyte);
}, 60_000);

describe('a body that cannot be parsed', () => {
  test.each([
    ['{"name": "sesame', 'sesame'],
    ['{"name": sesame}', 'sesame'],
    ['sesame', 'sesame'],
  ])('%s is not quoted in the answer: there may be a secret in it', async (raw, secret) => {
    const { status, text: answer } = await put(raw);
    expect(status).toBe(400);
    expect(answer).not.toContain(secret);
  });
  test('of an encoding that nobody knows is refused by its name', async () => {
    const answer = await put('x', { 'content-encoding': 'zstd' });
    expect([answer.status, answer.json.code]).toEqual([400, 'MalformedPayload']);
    expect(answer.json.message).toContain('zstd');
  });
  test('is refused by its length when it is cut off', async () => {
    const packed = gzipSync('{"name":"a","size":2}');
    expect((await put(packed.subarray(0, -4), { 'content-encoding': 'gzip' })).json.code).toBe('MalformedPayload');
  });
  test('may be empty: that is an object without anything', async () => {
    expect((await put('')).json.code).toBe('InputValidationError');
  });
  test('is no obstacle to a method that wants none, unless it says that it is JSON', async () => {
    const post = (headers: Record<string, string>) => t.ask('POST', `${base}/nothing`, { raw: 'not JSON', headers });
    expect((await post({ 'content-type': 'text/plain' })).status).toBe(204);
    expect((await post(json)).status).toBe(400);
    expect((await post({ 'content-type': 'application/json; charset=utf-8' })).status).toBe(400);
    expect((await post({ 'content-type': 'application/json-patch' })).status).toBe(204);
  });
});

describe('a content type that is no media type', () => {
  const none = ['log', 'json', 'a b/c', '/', 'text/', 'application/json charset=utf-8', '"', 'undefined'];
  test.each(none)('%j is ignored where no body is wanted', async (type) => {
    expect((await t.ask('POST', `${base}/nothing`, { raw: 'data', headers: { 'content-type': type } })).status).toBe(204);
  });
  test.each(none)('%j is named where JSON is wanted', async (type) => {
    const { status, json: said } = await put('{"name":"a"}', { 'content-type': type });
    expect([status, said.code]).toEqual([400, 'MalformedPayload']);
    expect(said.message).toContain(`the content type was ${type}.`);
  });
  test.each(none)('%j reaches a handler that takes any data', async (type) => {
    const answer = await t.ask('PUT', `${base}/upload/a`, { raw: 'data', headers: { 'content-type': type } });
    expect(JSON.parse(answer.text)).toEqual({ bytes: 4, encoding: 'none', type });
  });
  test('is what was signed', async () => {
    const path = `${base}/deferred`;
    const authorization = authorizationHeader({
      credentials: { clientId: 'all', accessToken: token },
      method: 'POST',
      url: `http://localhost:${t.port}${path}`,
      hash: payloadHash('text', 'log'),
    });
    expect((await t.ask('POST', path, { raw: 'text', headers: { authorization, 'content-type': 'log' } })).status).toBe(200);
  });
});

test.each(['/rest/a%00b', '/middle/a%00/end', '/thing/%00', '/thing/a?limit=%00'])('a NUL character in %s is refused', async (path) => {
  expect((await t.ask('GET', base + path)).json.code).toBe('InvalidRequestArguments');
});

test('a path that cannot be decoded is refused with the headers that a browser needs to read it', async () => {
  const { status, headers } = await t.ask('GET', `${base}/thing/%ff`);
  expect(status).toBe(400);
  expect(headers['access-control-allow-origin']).toBe('*');
});

test('the paths of a route', () => {
  expect(pathsOf('/')).toEqual(['/']);
  expect(pathsOf('/a/:b')).toEqual(['/a/:b', '/a/:b/']);
  expect(pathsOf('/a/')).toEqual(['/a', '/a/']);
  expect(pathsOf('/a/:b?')).toEqual(['/a', '/a/', '/a/:b', '/a/:b/']);
  expect(pathsOf('/a/:rest(*)')).toEqual(['/a/*']);
  expect(pathsOf('/a/:two(*)/b')).toEqual(['/a/:two/b', '/a/:two/b/', '/a/:two__1/:two__2/b', '/a/:two__1/:two__2/b/']);
});

describe('what a caller accepts', () => {
  test.each([
    ['gzip', true],
    ['br, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000', false],
    ['gzip;q=0.001', true],
    ['x-gzip', false],
    ['identity', false],
    ['', false],
  ])('%j: %s', (header, expected) => expect(accepts(header, 'gzip')).toBe(expected));

  test('decides how an answer is packed', async () => {
    const encoding = async (accepted: string) =>
      (await t.ask('GET', `${base}/large`, { headers: { 'accept-encoding': accepted } })).headers['content-encoding'];
    expect(await encoding('br')).toBe('br');
    expect(await encoding('deflate')).toBe('deflate');
    expect(await encoding('gzip;q=0, br;q=1')).toBe('br');
    expect(await encoding('zstd')).toBeUndefined();
  });
  test('is asked again by caches', async () =>
    expect((await t.ask('GET', `${base}/large`, { headers: { 'accept-encoding': 'br' } })).headers.vary).toBe('accept-encoding'));
  test('may be one of several known answers', async () => {
    const { etag = '' } = (await t.ask('GET', `${base}/large`)).headers;
    expect((await t.ask('GET', `${base}/large`, { headers: { 'if-none-match': `W/"x", ${etag}` } })).status).toBe(304);
    expect((await t.ask('GET', `${base}/large`, { headers: { 'if-none-match': 'W/"x"' } })).status).toBe(200);
  });
});

describe('a handler', () => {
  test('whose answer has no end is told that HEAD leaves it out', async () => {
    const ended = new Promise<string>((resolve) => (t.waiting.ended = resolve));
    const answer = await t.ask('HEAD', `${base}/endless`);
    expect(answer).toMatchObject({ status: 200, text: '', headers: { 'content-type': 'text/plain' } });
    expect(await ended).toBe('destroyed');
  });

  test('is told by the signal when its answer is over, too: nothing it left running is for anybody', async () => {
    const ended = new Promise<string>((resolve) => (t.waiting.ended = resolve));
    expect((await t.ask('HEAD', `${base}/forked`)).status).toBe(200);
    expect(await ended).toBe('over');
  });

  test('learns late that its caller went away, and gets one signal however often it looks', async () => {
    const s = await openTestServer();
    const go = Promise.withResolvers<void>();
    s.waiting.go = go.promise;
    const began = new Promise<void>((resolve) => (s.waiting.began = resolve));
    const ended = new Promise<string>((resolve) => (s.waiting.ended = resolve));
    const socket = connect(s.port, '127.0.0.1');
    socket.write(`GET ${base}/held HTTP/1.1\r\nhost: localhost:${s.port}\r\n\r\n`);
    await began;
    socket.destroy();
    // When the server has closed this one it has noticed the other one, too.
    await s.ask('GET', `${base}/ping`);
    go.resolve();
    expect(await ended).toBe('gone, one signal');
    await s.close();
  });

  test('finishes its work when the server stops, and its answer arrives, also over a connection that is kept', async () => {
    const s = await openTestServer();
    const go = Promise.withResolvers<void>();
    s.waiting.go = go.promise;
    const began = new Promise<void>((resolve) => (s.waiting.began = resolve));
    const agent = new Agent({ keepAlive: true });
    const answer = new Promise<string>((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port: s.port, path: `${base}/held`, agent }, (response) => {
        // Whoever keeps the connection sends the next request into a closed one.
        expect(response.headers.connection).toBe('close');
        resolve(text(response));
      });
      request.on('error', reject).end();
    });
    await began;
    const closed = s.close(3_600_000);
    go.resolve();
    // It hears of the stop by the signal, which is for those who wait without an end.
    expect(JSON.parse(await answer)).toEqual({ gone: true });
    await closed;
    agent.destroy();
  });

  test('gets nothing to do once the server stops: a request on a busy connection is told to come back', async () => {
    const s = await openTestServer();
    const go = Promise.withResolvers<void>();
    s.waiting.go = go.promise;
    s.waiting.began = () => expect.unreachable();
    const socket = connect(s.port, '127.0.0.1');
    const head = `HTTP/1.1\r\nhost: localhost:${s.port}\r\n`;
    socket.write(`GET ${base}/slow ${head}\r\n`);
    await once(socket, 'readable');
    const said = text(socket);
    const closed = s.close(3_600_000);
    socket.write(`GET ${base}/held ${head}\r\n`);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    go.resolve();
    const [, second = ''] = (await said).split('the end');
    expect(second).toContain('HTTP/1.1 503 ');
    expect(second).toMatch(/^retry-after: 1\r$/m);
    expect(second).toMatch(/^connection: close\r$/m);
    expect(second).toMatch(/^access-control-allow-origin: \*\r$/m);
    expect(second).toContain('"code": "ServiceUnavailable"');
    await closed;
  });

  test('that does not end is cut off after the grace', async () => {
    const s = await openTestServer();
    s.waiting.go = new Promise(() => {});
    const began = new Promise<void>((resolve) => (s.waiting.began = resolve));
    const cut = expect(s.ask('GET', `${base}/held`)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await began;
    await s.close(1);
    await cut;
  });
});

test('hundreds of waiting requests cause no warning about listeners', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  const s = await openTestServer();
  let count = 0;
  const all = new Promise<void>((resolve) => (s.waiting.began = () => ++count === 200 && resolve()));
  const answers = Array.from({ length: 200 }, () => s.ask('GET', `${base}/wait`, { as: 'nobody' }));
  await all;
  await s.close();
  expect((await Promise.all(answers)).every((a) => a.status === 200)).toBe(true);
  process.off('warning', warn);
  expect(warnings).toEqual([]);
});
