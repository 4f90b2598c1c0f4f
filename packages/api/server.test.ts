import { authorizationHeader } from '@taskcluster/hawk';
import { once } from 'node:events';
import { connect } from 'node:net';
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestServer, type TestServer, token } from './fixture.ts';

let t: TestServer;
beforeAll(async () => {
  t = await openTestServer();
});
afterAll(() => t.close());

const thing = { name: 'a', size: 2 };
const base = '/api/toy/v1';

describe('the order of the checks', () => {
  test.each([
    [
      'malformed JSON comes before authentication',
      'PUT',
      '/thing/a',
      { as: 'nobody', raw: '{', headers: { 'content-type': 'application/json' } },
      400,
      'MalformedPayload',
    ],
    [
      'a bad signature comes before everything else',
      'GET',
      '/thing/A?x=1',
      { headers: { authorization: 'Hawk id="all", ts="1", nonce="a", mac="b"' } },
      401,
      'AuthenticationFailed',
    ],
    ['missing scopes come before bad parameters', 'GET', '/thing/A?x=1', { as: 'none' }, 403, 'InsufficientScopes'],
    ['no credentials are missing scopes', 'GET', '/thing/a', { as: 'nobody' }, 403, 'InsufficientScopes'],
    ['a bad parameter comes before the query', 'GET', '/thing/A?x=1', {}, 400, 'InvalidRequestArguments'],
    ['the query comes before the body', 'PUT', '/thing/a?x=1', { json: {} }, 400, 'InvalidRequestArguments'],
    ['the body comes last', 'PUT', '/thing/a', { json: {} }, 400, 'InputValidationError'],
  ] as const)('%s', async (_, method, path, ask, status, code) => {
    const answer = await t.ask(method, base + path, ask);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  test('a bad parameter is named, and the query is not looked at', async () => {
    const { json } = await t.ask('GET', `${base}/thing/A?x=1`);
    expect(json.message).toContain('`id`');
    expect(json.message).not.toContain('`x`');
  });
});

describe('an error', () => {
  test('has a code, a message with its facts, and what was asked', async () => {
    const { json, headers } = await t.ask('PUT', `${base}/thing/a`, { json: { name: 'taken' } });
    expect(Object.keys(json).toSorted()).toEqual(['code', 'message', 'requestInfo']);
    expect(json.message).toMatch(
      /^The name taken is taken\.\n\n---\n\n\* method: putThing\n\* errorCode: RequestConflict\n\* statusCode: 409\n\* time: /,
    );
    expect(json.requestInfo).toMatchObject({ method: 'putThing', params: { id: 'a' } });
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });
  test('does not echo secret input', async () => {
    const { text } = await t.ask('PUT', `${base}/thing/a`, { json: { name: 'sesame-open-up' } });
    expect(text).toContain('(OMITTED)');
    expect(text).not.toContain('sesame');
  });
  test('of ours says nothing about its cause', async () => {
    const answer = await t.ask('GET', `${base}/broken`);
    expect([answer.status, answer.json.code]).toEqual([500, 'InternalServerError']);
    expect(answer.text).not.toContain('sesame');
    expect(answer.json.message).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });
  test('names what is missing to a caller with credentials, and never what the caller has', async () => {
    const { json } = await t.ask('GET', `${base}/thing/a`, { as: 'none' });
    expect(json.message).toContain('toy:get:a');
    expect(json.message).toContain('`none`');
    expect(json.message).not.toContain('secret:scope');
  });
  test('asks for hawk when authentication failed', async () => {
    const { status, headers } = await t.ask('GET', `${base}/thing/a`, { headers: { authorization: 'Hawk' } });
    expect([status, headers['www-authenticate']]).toEqual([401, 'hawk']);
  });
  test('tells when to come back while the database is away', async () => {
    const answer = await t.ask('GET', `${base}/offline`);
    expect([answer.status, answer.json.code, answer.headers['retry-after']]).toEqual([503, 'ServiceUnavailable', '1']);
  });
});

describe('authorisation', () => {
  test('in the handler is checked all the same', async () => {
    expect((await t.ask('POST', `${base}/deferred`)).status).toBe(200);
    expect((await t.ask('POST', `${base}/deferred`, { as: 'none' })).status).toBe(403);
  });
  test('that a handler forgot is a fault of ours, and nothing is answered', async () => {
    expect((await t.ask('POST', `${base}/forgetful`)).status).toBe(500);
  });
  test('refuses the very same signed request a second time when it changes state (P4)', async () => {
    const path = `${base}/deferred`;
    const authorization = authorizationHeader({
      credentials: { clientId: 'all', accessToken: token },
      method: 'POST',
      url: `http://localhost:${t.port}${path}`,
    });
    const again = () => t.ask('POST', path, { headers: { authorization } });
    expect([(await again()).status, (await again()).status]).toEqual([200, 401]);
  });
});

describe('a body', () => {
  const put = (raw: string | Buffer, headers: Record<string, string> = {}) =>
    t.ask('PUT', `${base}/thing/a`, { raw, headers: { 'content-type': 'application/json', ...headers } });
  test('gets the defaults of its schema', async () => expect(JSON.parse((await put('{"name":"b"}')).text)).toEqual({ name: 'b', size: 7 }));
  test.each(['{', 'null', '1', '"text"', '[1,]'])('%s is malformed', async (raw) =>
    expect((await put(raw)).json.code).toBe('MalformedPayload'),
  );
  test('of another content type is malformed where a body is needed', async () =>
    expect(
      (await t.ask('PUT', `${base}/thing/a`, { raw: JSON.stringify(thing), headers: { 'content-type': 'text/plain' } })).json.message,
    ).toContain('text/plain'));
  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)('may be packed with %s', async (encoding, pack) =>
    expect((await put(pack(JSON.stringify(thing)), { 'content-encoding': encoding })).status).toBe(200),
  );
  test('that is not what its encoding says is malformed', async () =>
    expect((await put('{}', { 'content-encoding': 'gzip' })).json.code).toBe('MalformedPayload'));
  test('over 10 MiB is refused with 413, packed or not', async () => {
    const big = Buffer.from(`{"name":"${'x'.repeat(10 * 1024 * 1024)}"}`);
    expect((await put(big)).json.code).toBe('InputTooLarge');
    expect((await put(gzipSync(big), { 'content-encoding': 'gzip' })).json.code).toBe('InputTooLarge');
  });
  test.each(['"\\u0000"', '"\\ud800"', '{"\\udfff":1}'])('with %s somewhere cannot be stored and is refused', async (value) => {
    const answer = await put(`{"name":${value}}`);
    expect([answer.status, answer.json.code]).toEqual([400, 'InputValidationError']);
  });
  test('with whole surrogate pairs is fine', async () => expect((await put('{"name":"\\ud83d\\ude00"}')).status).toBe(200));
  test('is told which schema it breaks, if that has a name', async () => {
    expect((await put('{"size":1}')).json.message).toContain('is not what the schema /schemas/toy/v1/thing.json# asks for:\n\n  * / must');
    const { json } = await t.ask('POST', `${base}/dated`, { json: {} });
    expect(json.message).toContain('is not what the schema of this method asks for:\n\n  * / must');
  });
  test('is told thirty of its mistakes, and how many more there are', async () => {
    const { message } = (
      await put(JSON.stringify({ name: 'a', ...Object.fromEntries(Array.from({ length: 35 }, (_, i) => [`p${i}`, 0])) }))
    ).json;
    expect(message.match(/ {2}\* \//g)).toHaveLength(30);
    expect(message).toContain('  * and 5 more');
  });
  test('of GET is not read, whatever it is', async () =>
    expect((await t.ask('GET', `${base}/thing/a`, { raw: '{', headers: { 'content-type': 'application/json' } })).status).toBe(200));
  test('names every property that is not known', async () =>
    expect((await put('{"name":"a","x":1,"y":2}')).json.message).toMatch(/"x"[\s\S]*"y"/));
});

describe('a query', () => {
  test.each(['limit=1&limit=2', 'limit=x', 'limit=', 'limit[]=1', '__proto__=1', 'constructor=1', 'toString=1'])(
    '%s is refused',
    async (query) => expect((await t.ask('GET', `${base}/thing/a?${query}`)).json.code).toBe('InvalidRequestArguments'),
  );
  test('with a known key is fine', async () => expect((await t.ask('GET', `${base}/thing/a?limit=1`)).status).toBe(200));
});

describe('a path', () => {
  test.each([
    ['/rest/a/b', { path: 'a/b' }],
    ['/rest/a%2Fb', { path: 'a/b' }],
    ['/rest/a/b/', { path: 'a/b/' }],
    ['/middle/a/b/end', { pair: 'a/b' }],
    ['/middle/a%2Fb/end', { pair: 'a/b' }],
  ])('%s is understood', async (path, params) => expect(JSON.parse((await t.ask('GET', base + path)).text)).toEqual(params));
  test('may end with a slash', async () => expect((await t.ask('GET', `${base}/ping/`, { as: 'nobody' })).status).toBe(200));
  test('that is not known, or not with this verb, is 404', async () => {
    for (const [method, path] of [
      ['GET', '/nope'],
      ['DELETE', '/thing/a'],
    ] as const) {
      const answer = await t.ask(method, base + path);
      expect([answer.status, answer.text]).toEqual([404, '{\n  "error": "Not found"\n}']);
    }
  });
  test('that cannot be decoded is 400', async () => expect((await t.ask('GET', `${base}/thing/%zz`)).status).toBe(400));
});

describe('an answer', () => {
  test('carries caching, CORS and hardening headers, also when it is an error', async () => {
    for (const path of ['/ping', '/thing/A', '/nope']) {
      const { headers } = await t.ask('GET', base + path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store no-cache must-revalidate',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
      });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-for-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
  test('echoes a harmless trace id only', async () => {
    expect((await t.ask('GET', `${base}/ping`, { headers: { 'x-taskcluster-trace-id': 'trace-1' } })).headers['x-for-trace-id']).toBe(
      'trace-1',
    );
    expect((await t.ask('GET', `${base}/ping`, { headers: { 'x-taskcluster-trace-id': 'a b' } })).headers['x-for-trace-id']).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });
  test('is compressed when it is long and the caller accepts it', async () => {
    const { headers, body } = await t.ask('GET', `${base}/large`, { headers: { 'accept-encoding': 'gzip' } });
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(body).toString())).toEqual({ text: 'x'.repeat(5000) });
    expect((await t.ask('GET', `${base}/ping`, { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding']).toBeUndefined();
  });
  test('has a weak ETag, and is 304 for who has it', async () => {
    const { etag = '' } = (await t.ask('GET', `${base}/large`)).headers;
    expect(etag).toMatch(/^W\//);
    const second = await t.ask('GET', `${base}/large`, { headers: { 'if-none-match': etag } });
    expect([second.status, second.text]).toEqual([304, '']);
  });
  test('to HEAD has no body, to OPTIONS the verbs', async () => {
    expect(await t.ask('HEAD', `${base}/thing/a`)).toMatchObject({ status: 200, text: '' });
    const options = await t.ask('OPTIONS', `${base}/thing/a`, { as: 'nobody' });
    expect(options.headers.allow?.split(',').toSorted()).toEqual(['GET', 'HEAD', 'OPTIONS', 'PUT']);
  });
  test('without anything to say is 204', async () =>
    expect(await t.ask('POST', `${base}/nothing`)).toMatchObject({ status: 204, text: '' }));
  test('that breaks the contract is a fault of ours', async () => expect((await t.ask('GET', `${base}/wrong`)).status).toBe(500));
  test('from the monitoring paths is the same below them and for every verb', async () => {
    for (const path of ['/__version__', '/__heartbeat__', '/__lbheartbeat__', '/robots.txt']) {
      const { text } = await t.ask('GET', path, { as: 'nobody' });
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])
        for (const below of ['', '/', '/a/b', '?x=1'])
          expect([method, below, await t.ask(method, path + below, { as: 'nobody' })]).toMatchObject([
            method,
            below,
            { status: 200, text },
          ]);
      expect(await t.ask('HEAD', `${path}/`, { as: 'nobody' })).toMatchObject({ status: 200, text: '' });
      expect((await t.ask('GET', `${path}x`, { as: 'nobody' })).status).toBe(404);
    }
  });
  test('from the monitoring paths needs nobody', async () => {
    for (const path of ['/__version__', '/__heartbeat__', '/__lbheartbeat__', '/robots.txt', `${base}/__heartbeat__`])
      expect((await t.ask('GET', path, { as: 'nobody' })).status).toBe(200);
  });
});

describe('waiting requests', () => {
  test('hear that their caller went away', async () => {
    const s = await openTestServer();
    try {
      const began = new Promise<void>((resolve) => (s.waiting.began = resolve));
      const ended = new Promise<string>((resolve) => (s.waiting.ended = resolve));
      const socket = connect(s.port, '127.0.0.1');
      socket.write(`GET ${base}/wait HTTP/1.1\r\nhost: localhost:${s.port}\r\n\r\n`);
      await began;
      socket.destroy();
      expect(await ended).toBe('aborted');
    } finally {
      await s.close();
    }
  });

  test('are answered when the server stops, and connections without a request do not hold it up', async () => {
    const s = await openTestServer();
    const silent = connect(s.port, '127.0.0.1');
    await once(silent, 'connect');
    const began = new Promise<void>((resolve) => (s.waiting.began = resolve));
    const answer = s.ask('GET', `${base}/wait`);
    await began;
    // An hour of grace: if anything had to be waited for, this test would run into its limit.
    const closed = s.close(3_600_000);
    expect((await answer).status).toBe(200);
    await closed;
    silent.destroy();
  });
});
