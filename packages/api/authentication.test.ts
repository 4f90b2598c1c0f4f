/** How a request is authenticated and authorised: rules A1 to A16, beside those in `@taskcluster/hawk`. */
import { signedUrl } from '@taskcluster/client';
import { type Authentication, authorizationHeader, payloadHash } from '@taskcluster/hawk';
import type { Log } from '@taskcluster/log';
import type { ScopeTemplate } from '@taskcluster/scopes';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from './caller.ts';
import { ApiError } from './errors.ts';
import { openTestServer, type TestServer, token } from './fixture.ts';

const lines: string[] = [];
const record = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
const log: Log = { debug: record, info: record, warn: record, error: record, child: () => log };

let t: TestServer;
beforeAll(async () => {
  t = await openTestServer({ log });
});
afterAll(() => t.close());

const base = '/api/toy/v1';
const json = { 'content-type': 'application/json' };
const credentials = { clientId: 'all', accessToken: token };
const address = (path: string) => `http://localhost:${t.port}${path}`;
const header = (method: string, path: string, more: { readonly url?: string; readonly hash?: string } = {}) =>
  authorizationHeader({ credentials, method, url: address(path), ...more });
const bewit = (path: string) => signedUrl({ credentials, url: address(path), expiresAt: Date.now() + 60_000 }).slice(address('').length);
const stale = { authorization: 'Hawk id="all", ts="1", nonce="a", mac="b"' };

describe('who sent a request', () => {
  test('is told by one scheme: a signed URL with a header is refused, whichever of them is good (A1-)', async () => {
    const path = bewit(`${base}/thing/a`);
    expect((await t.ask('GET', path, { as: 'nobody' })).status).toBe(200);
    for (const headers of [{ authorization: header('GET', path) }, stale, { authorization: '' }])
      expect((await t.ask('GET', path, { headers })).status).toBe(401);
  });

  test('is told by a bewit only where it is a parameter of the query', async () => {
    const signed = (path: string) => t.ask('GET', path, { headers: { authorization: header('GET', path) } });
    // Parameters are looked at after the signature.
    for (const path of ['/thing/a?limit=?bewit=b', '/thing/a&bewit=b', '/thing/a&bewit=b?c=?bewit=d', '/thing/a?limit=1&notbewit=b'])
      expect([path, (await signed(base + path)).json.code]).toEqual([path, 'InvalidRequestArguments']);
    for (const path of ['/thing/a?bewit=b', '/thing/a?limit=1&bewit=b', '/thing/a?limit=?&bewit='])
      expect([path, (await signed(base + path)).json.code]).toEqual([path, 'AuthenticationFailed']);
  });

  test('covers method, path and query as they were sent, host and port (A3+)', async () => {
    const path = `${base}/thing/a?limit=%31`;
    expect((await t.ask('GET', path, { headers: { authorization: header('GET', path) } })).status).toBe(200);
    expect((await t.ask('HEAD', path, { headers: { authorization: header('HEAD', path) } })).status).toBe(200);
  });

  test.each<[string, string, string, string?]>([
    ['a query that means the same', 'GET', '/thing/a?limit=1'],
    ['another method', 'HEAD', '/thing/a?limit=%31'],
    ['another path', 'GET', '/thing/b?limit=%31'],
    ['another host', 'GET', '/thing/a?limit=%31', 'http://elsewhere.example.com'],
  ])('%s than what was signed is refused (A3-)', async (_, method, sent, origin = address('')) => {
    const authorization = header('GET', '', { url: `${origin}${base}/thing/a?limit=%31` });
    expect((await t.ask(method, base + sent, { headers: { authorization } })).status).toBe(401);
  });

  test('covers the body when it says so, byte by byte (A5+, A5-)', async () => {
    const put = async (body: string, hash: string) =>
      (
        await t.ask('PUT', `${base}/thing/a`, {
          raw: body,
          headers: { ...json, authorization: header('PUT', `${base}/thing/a`, { hash }) },
        })
      ).status;
    const body = '{"name":"a"}';
    const hash = payloadHash(body, 'application/json');
    expect([await put(body, hash), await put('{"name": "a"}', hash)]).toEqual([200, 401]);
    // A hash of another length was an internal error once (P8).
    expect(await put(body, 'short')).toBe(401);
  });

  test('is not asked by a public method (A6+), and by every other one (A6-)', async () => {
    expect((await t.ask('GET', `${base}/ping`, { headers: stale })).status).toBe(200);
    expect((await t.ask('GET', `${base}/thing/a`, { headers: stale })).status).toBe(401);
  });

  test('that cannot be told is 401, with the reason and the scheme to use (A7-)', async () => {
    const { status, headers, json: answer } = await t.ask('GET', `${base}/thing/a`, { headers: stale });
    expect([status, answer.code, headers['www-authenticate']]).toEqual([401, 'AuthenticationFailed', 'hawk']);
    expect(answer.message).toMatch(/^Unauthorized: Bad mac/);
  });

  test('that is known is not asked for again (A7+)', async () => {
    for (const as of ['all', 'none', 'nobody'] as const)
      expect((await t.ask('GET', `${base}/thing/a`, { as })).headers['www-authenticate']).toBeUndefined();
  });
});

const nobody: Authentication = { status: 'no-auth', scheme: 'none', scopes: ['assume:anonymous', 'open:*'], expires: new Date(1000) };
const someone: Authentication = { status: 'auth-success', scheme: 'hawk', clientId: 'me', scopes: ['own:*'], expires: new Date(2000) };
const failed: Authentication = { status: 'auth-failed', message: 'The reason.' };
const callerOf = (who: Authentication, template?: ScopeTemplate) => createCaller({ template, authenticate: () => who });
const refusalOf = (work: () => void): ApiError | undefined => {
  try {
    work();
    return undefined;
  } catch (err) {
    if (err instanceof ApiError) return err;
    throw err;
  }
};

describe('what a caller may do', () => {
  test('without credentials is what the anonymous role grants (A8+), and nothing else (A8-)', () => {
    expect(refusalOf(() => callerOf(nobody, 'open:this').authorize())).toBeUndefined();
    expect(refusalOf(() => callerOf(nobody, 'own:this').authorize())).toMatchObject({ code: 'InsufficientScopes', status: 403 });
  });

  test('is what the expression asks for (A9+); what is missing of it is told to whoever has credentials (A9-)', () => {
    const template = { AllOf: ['own:<a>', 'other:<a>'] } as const;
    expect(refusalOf(() => callerOf({ ...someone, scopes: ['o*'] }, template).authorize({ a: 1 }))).toBeUndefined();
    const known = refusalOf(() => callerOf(someone, template).authorize({ a: 1 }));
    expect(known?.message).toMatch(/`me`[\s\S]*missing:[^}]*other:1/);
    expect(known?.message).not.toContain('own:*');
    const unknown = refusalOf(() => callerOf(nobody, template).authorize({ a: 1 }));
    expect(unknown?.message).not.toMatch(/missing/);
  });

  test('is found out before the handler when the URL says all, and by the handler otherwise (A10+)', async () => {
    expect((await t.ask('GET', `${base}/thing/A`, { as: 'none' })).status).toBe(403);
    expect((await t.ask('POST', `${base}/deferred`)).status).toBe(200);
    expect((await t.ask('POST', `${base}/deferred`, { as: 'none' })).status).toBe(403);
  });

  test('has to be found out: an answer of a handler that did not ask is not sent (A10-)', async () => {
    for (const as of ['all', 'none', 'nobody'] as const) {
      const { status, json: answer } = await t.ask('POST', `${base}/forgetful`, { as });
      expect([status, answer.code, Object.keys(answer)]).toEqual([500, 'InternalServerError', ['code', 'message', 'requestInfo']]);
    }
  });

  test('is nothing when authentication failed; names and ends are for records (A11-)', () => {
    const caller = callerOf(failed);
    expect([caller.clientId, caller.expires, caller.scopes()]).toEqual(['auth-failed:auth-failed', new Date(0), []]);
    expect(callerOf(nobody).clientId).toBe('auth-failed:no-auth');
  });

  test('is known to handlers by name, scopes and end (A11+)', () => {
    const caller = callerOf(someone);
    expect([caller.clientId, caller.expires, caller.scopes()]).toEqual(['me', new Date(2000), ['own:*']]);
    expect(callerOf(nobody).scopes()).toContain('open:*');
  });

  // oxlint-disable-next-line unicorn/no-thenable -- `then` is a property of the format
  const filled = { AllOf: ['own:<text>/<number>', { for: 'x', in: 'list', each: 'own:<x>' }, { if: 'flag', then: 'other' }] } as const;
  const good = { text: 'a', number: 1, list: ['b'], flag: false };
  test('is filled in with texts, numbers, lists and choices (A12+)', () => {
    expect(refusalOf(() => callerOf(someone, filled).authorize(good))).toBeUndefined();
    expect(refusalOf(() => callerOf(someone, filled).authorize({ ...good, flag: true }))?.message).toContain('other');
  });
  test.each<[string, object]>([
    ['nothing for a text', { text: undefined }],
    ['a list for a text', { text: ['a'] }],
    ['a number that is none', { number: Number.NaN }],
    ['a text for a list', { list: 'b' }],
    ['a list with something else in it', { list: [1] }],
    ['something that counts as true for a choice', { flag: 1 }],
    ['a text for a choice', { flag: 'false' }],
  ])('cannot be filled in with %s: that is a fault of ours, and nobody is let in (A12-)', (_, wrong) => {
    const caller = callerOf({ ...someone, scopes: ['*'] }, filled);
    expect(() => caller.authorize({ ...good, ...wrong })).toThrow(TypeError);
    expect(caller.authorized).toBe(false);
  });
});

describe('a request', () => {
  test('may have the parameters that its method declares, and a bewit (A13+)', async () => {
    expect((await t.ask('GET', `${base}/thing/abc?limit=3`)).status).toBe(200);
    expect((await t.ask('GET', bewit(`${base}/thing/abc?limit=3`), { as: 'nobody' })).status).toBe(200);
  });
  test.each(['/thing/A', '/thing/a?other=1', '/thing/a?limit=x', '/thing/a?limit=1&limit=1', '/thing/a?limit[]=1'])(
    'with other parameters, or not of their form, is refused: %s (A13-)',
    async (path) => expect((await t.ask('GET', base + path)).json.code).toBe('InvalidRequestArguments'),
  );

  test('has a JSON object for a body (A14+)', async () => {
    expect(
      (await t.ask('PUT', `${base}/thing/a`, { raw: '{"name":"a"}', headers: { 'content-type': 'Application/JSON;charset=utf-8' } }))
        .status,
    ).toBe(200);
  });
  test.each([
    ['a text', '"a"', 'application/json', 'MalformedPayload'],
    ['nothing at all', 'null', 'application/json', 'MalformedPayload'],
    ['another type', '{"name":"a"}', 'text/plain', 'MalformedPayload'],
    ['201 lists in each other', '['.repeat(201) + ' '.repeat(200) + ']'.repeat(201), 'application/json', 'MalformedPayload'],
    ['more than 10 MiB', `{"name":"${'a'.repeat(10 * 1024 * 1024)}"}`, 'application/json', 'InputTooLarge'],
  ])('with %s for a body is refused (A14-)', async (_, raw, type, code) => {
    expect((await t.ask('PUT', `${base}/thing/a`, { raw, headers: { 'content-type': type } })).json.code).toBe(code);
  });
  test('may nest 200 lists, and brackets in texts do not count (A14+)', async () => {
    for (const raw of ['['.repeat(200) + ' '.repeat(200) + ']'.repeat(200), JSON.stringify({ name: `\\"${'[{'.repeat(400)}` })])
      expect((await t.ask('PUT', `${base}/thing/a`, { raw, headers: json })).json.code).toBe('InputValidationError');
  });

  test('that was wrong is repeated in the error (A15+), without its secrets and without the cause of a fault of ours (A15-)', async () => {
    const wrong = await t.ask('PUT', `${base}/thing/abc`, { json: { name: 'sesame', size: 'x' } });
    expect(wrong.json.requestInfo).toMatchObject({ method: 'putThing', params: { id: 'abc' }, payload: { name: '(OMITTED)', size: 'x' } });
    const { status, json: fault, text: all } = await t.ask('GET', `${base}/broken`);
    expect([status, fault.code]).toEqual([500, 'InternalServerError']);
    expect(all).not.toContain('sesame');
  });

  test('of more than 16 KiB is not repeated in the error: indented it would be a hundred times as long (A15-)', async () => {
    const payloadOf = async (numbers: number) => {
      const raw = `{"name":${'['.repeat(150)}${'0,'.repeat(numbers)}0${']'.repeat(150)}}`;
      const { status, json: answer } = await t.ask('PUT', `${base}/thing/a`, { raw, headers: json });
      expect(status).toBe(400);
      return Object.keys(answer.requestInfo.payload);
    };
    expect([await payloadOf(7_900), await payloadOf(8_100)]).toEqual([['name', 'size'], []]);
  });

  test('that failed is in the log by method and incident (A16+), without its URL and its signature (A16-)', async () => {
    lines.length = 0;
    const signature = header('GET', `${base}/broken`);
    const { json: answer } = await t.ask('GET', `${base}/broken`, { headers: { authorization: signature } });
    const signed = bewit(`${base}/broken`);
    await t.ask('GET', signed, { as: 'nobody' });
    expect(lines).toHaveLength(2);
    const { method, incidentId } = JSON.parse(lines[0] ?? '{}') as { readonly method: string; readonly incidentId: string };
    expect(method).toBe('broken');
    expect(answer.message).toContain(incidentId);
    for (const part of [signature, /mac="(.*)"/.exec(signature)?.[1] ?? '', signed, signed.split('bewit=')[1] ?? '', token])
      expect(lines.join('\n')).not.toContain(part);
  });
});

/** What the server says to bytes that no client would send. */
const answerTo = async (start: string, big: string, end: string): Promise<string> => {
  const socket = connect(t.port, '127.0.0.1');
  // It may hang up before it has heard everything.
  socket.on('error', () => {});
  socket.write(start + big + end);
  return (await text(socket).catch(() => '')).split('\r\n', 1)[0] ?? '';
};

describe('a megabyte', () => {
  const mega = 1_000_000;
  const parts = ['a', '"', ':', ',', ' x', '[', '\\'].map((part) => part.repeat(mega / part.length));
  test.each<[string, string, string]>([
    ['as a path', `GET ${base}/`, ' HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['as a query', `GET ${base}/thing/a?bewit=`, ' HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['as Host', `GET ${base}/thing/a HTTP/1.1\r\nhost: `, '\r\n\r\n'],
    ['as Authorization', `GET ${base}/thing/a HTTP/1.1\r\nhost: localhost\r\nauthorization: Hawk `, '\r\n\r\n'],
    ['as X-Forwarded-Port', `GET ${base}/thing/a HTTP/1.1\r\nhost: localhost\r\nx-forwarded-port: `, '\r\n\r\n'],
  ])('%s is refused before anybody reads it, and the next request is answered', async (_, start, end) => {
    for (const part of parts) expect(await answerTo(start, part, end)).toMatch(/^(HTTP\/1.1 4\d\d .*)?$/);
    expect((await t.ask('GET', `${base}/thing/a`)).status).toBe(200);
  });
});
