import { createTemporaryCredentials, type Credentials, http, signedUrl } from '@taskcluster/client';
import { auth } from '@taskcluster/contracts';
import { authorizationHeader, payloadHash } from '@taskcluster/hawk';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

const day = 86_400_000;
let t: TestPlatform;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'));
});
afterAll(() => t.close());

const tester: Credentials = { clientId: 'tester', accessToken: 'no-secret' };
const clientOf = (credentials?: Credentials, authorizedScopes?: readonly string[]) =>
  http(auth, { rootUrl: t.rootUrl, credentials, ...(authorizedScopes ? { authorizedScopes } : {}) });
const temporary = (more: {
  readonly clientId?: string;
  readonly scopes: readonly string[];
  readonly from?: number;
  readonly to?: number;
}) =>
  createTemporaryCredentials({
    credentials: tester,
    clientId: more.clientId,
    scopes: more.scopes,
    start: new Date(t.clock.now() + (more.from ?? -1_000)),
    expiry: new Date(t.clock.now() + (more.to ?? 60_000)),
  });

describe('the method for testing clients of', () => {
  test('GET knows the tester and answers what the tester may do', async () => {
    const { clientId, scopes } = await clientOf(tester).testAuthenticateGet({});
    expect(clientId).toBe('tester');
    expect(scopes.toSorted()).toEqual(['assume:anonymous', 'auth:create-client:test:*', 'test:*']);
  });

  test('GET takes signed URLs', async () => {
    const url = signedUrl({
      credentials: tester,
      url: `${t.rootUrl}/api/auth/v1/test-authenticate-get/`,
      expiresAt: t.clock.now() + 60_000,
    });
    expect(await (await fetch(url)).json()).toMatchObject({ clientId: 'tester' });
    expect((await fetch(url.replace('bewit=', 'bewit=A'))).status).toBe(401);
    const late = signedUrl({
      credentials: tester,
      url: `${t.rootUrl}/api/auth/v1/test-authenticate-get/`,
      expiresAt: t.clock.now() - 1_000,
    });
    expect((await fetch(late)).status).toBe(401);
  });

  test('POST gives the tester the scopes that the body says, without roles', async () => {
    const { scopes } = await clientOf(tester).testAuthenticate({}, { clientScopes: ['a:*', 'assume:x'], requiredScopes: ['a:b'] });
    expect(scopes.toSorted()).toEqual(['a:*', 'assume:anonymous', 'assume:x']);
    expect((await clientOf(tester).testAuthenticate({}, {} as never)).scopes).toEqual(['assume:anonymous']);
  });

  test.each<[string, () => Promise<unknown>, number, string]>([
    [
      'too few scopes',
      () => clientOf(tester).testAuthenticate({}, { clientScopes: ['a'], requiredScopes: ['a', 'b'] }),
      403,
      'InsufficientScopes',
    ],
    ['scopes that the request gave away', () => clientOf(tester, ['test:other']).testAuthenticateGet({}), 403, 'InsufficientScopes'],
    ['no signature', () => clientOf().testAuthenticateGet({}), 403, 'InsufficientScopes'],
    ['no signature, though nothing is required', () => clientOf().testAuthenticate({}, {} as never), 401, 'AuthenticationFailed'],
    ['the wrong token', () => clientOf({ ...tester, accessToken: 'guessed' }).testAuthenticateGet({}), 401, 'AuthenticationFailed'],
    ['a client of the platform', () => clientOf(t.credentials).testAuthenticateGet({}), 401, 'AuthenticationFailed'],
    ['scopes that nobody has', () => clientOf(tester, ['other']).testAuthenticateGet({}), 401, 'AuthenticationFailed'],
  ])('either verb refuses %s', async (_, call, status, code) => {
    await expect(call()).rejects.toMatchObject({ status, code });
  });

  test('either verb takes temporary credentials, named or not', async () => {
    const named = temporary({ clientId: 'test:name', scopes: ['test:authenticate-get'] });
    expect(await clientOf(named).testAuthenticateGet({})).toMatchObject({ clientId: 'test:name' });
    const unnamed = temporary({ scopes: ['test:authenticate-*'] });
    expect(await clientOf(unnamed).testAuthenticateGet({})).toMatchObject({ clientId: 'tester' });
  });

  test.each<[string, () => Credentials]>([
    ['have ended', () => temporary({ scopes: ['test:*'], from: -2 * 3_600_000, to: -3_600_000 })],
    ['have not begun', () => temporary({ scopes: ['test:*'], from: 3_600_000, to: 7_200_000 })],
    ['hold more than their issuer', () => temporary({ scopes: ['other:*', 'test:*'] })],
    ['bear a name that the issuer may not give', () => temporary({ clientId: 'other', scopes: ['test:*'] })],
    ['were changed', () => ({ ...temporary({ scopes: ['x'] }), certificate: temporary({ scopes: ['test:*'] }).certificate })],
  ])('either verb refuses temporary credentials that %s', async (_, made) => {
    await expect(clientOf(made()).testAuthenticateGet({})).rejects.toMatchObject({ status: 401 });
  });

  test('POST refuses the same signed request a second time', async () => {
    const url = `${t.rootUrl}/api/auth/v1/test-authenticate`;
    const authorization = authorizationHeader({ credentials: tester, method: 'POST', url });
    const send = async () =>
      (await fetch(url, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{}' })).status;
    expect([await send(), await send()]).toEqual([200, 401]);
  });

  test('POST holds a signed hash against the body', async () => {
    const url = `${t.rootUrl}/api/auth/v1/test-authenticate`;
    const send = async (signed: string, sent: string) => {
      const authorization = authorizationHeader({
        credentials: tester,
        method: 'POST',
        url,
        hash: payloadHash(signed, 'application/json'),
      });
      return (
        await fetch(url, { method: 'POST', headers: { authorization, 'content-type': 'application/json; charset=utf-8' }, body: sent })
      ).status;
    };
    expect([await send('{}', '{}'), await send('{}', '{ }')]).toEqual([200, 401]);
  });
});

describe('a request that another service received', () => {
  const [host, port, resource] = ['somewhere.example.com', 443, '/api/other/v1/thing?limit=1'];
  const url = `https://${host}${resource}`;
  const ask = (authorization?: string, more: object = {}) =>
    clientOf().authenticateHawk(
      {},
      { method: 'get', resource, host, port, ...(authorization === undefined ? {} : { authorization }), ...more },
    );
  const sign = (credentials: Credentials, more: { readonly hash?: string; readonly authorizedScopes?: readonly string[] } = {}) =>
    authorizationHeader({ credentials, method: 'GET', url, ...more });
  const made = async (scopes: readonly string[], expires = new Date(t.clock.now() + day).toISOString()): Promise<Credentials> => {
    const clientId = `tests/${crypto.randomUUID()}`;
    const { accessToken } = await t.clients.auth.createClient(
      { clientId },
      { description: '', scopes: [...scopes], expires, deleteOnExpiration: false },
    );
    return { clientId, accessToken };
  };

  test('without a signature has the scopes of everybody, for a quarter of an hour', async () => {
    const answer = await ask();
    expect(answer).toMatchObject({ status: 'no-auth', scheme: 'none', scopes: ['assume:anonymous'], expires: expect.any(String) });
  });

  test('with a good signature is answered with all scopes, roles and everybody’s included, and an end (A4+)', async () => {
    await t.clients.auth.createRole({ roleId: 'checker' }, { description: '', scopes: ['role:scope'] });
    const expires = new Date(t.clock.now() + day).toISOString();
    const credentials = await made(['own:scope', 'assume:checker'], expires);
    const answer = await ask(sign(credentials, { hash: 'aGFzaA==' }));
    expect(answer).toEqual({
      status: 'auth-success',
      scheme: 'hawk',
      clientId: credentials.clientId,
      scopes: expect.arrayContaining(['own:scope', 'assume:checker', 'role:scope', 'assume:anonymous']),
      expires,
      hash: 'aGFzaA==',
    });
    expect(await ask(sign(credentials))).not.toHaveProperty('hash');
  });

  test('with temporary credentials ends when they end, and has their scopes', async () => {
    const issuer = await made(['own:*', 'auth:create-client:tests/name']);
    const expiry = new Date(t.clock.now() + 60_000);
    const credentials = createTemporaryCredentials({
      credentials: issuer,
      clientId: 'tests/name',
      scopes: ['own:one'],
      start: new Date(t.clock.now()),
      expiry,
    });
    expect(await ask(sign(credentials))).toMatchObject({ status: 'auth-success', clientId: 'tests/name', expires: expiry.toISOString() });
    expect(await ask(sign(credentials))).toMatchObject({ scopes: ['assume:anonymous', 'own:one'] });
  });

  test('limited to some scopes has no others', async () => {
    const credentials = await made(['own:*']);
    expect(await ask(sign(credentials, { authorizedScopes: ['own:one'] }))).toMatchObject({ scopes: ['assume:anonymous', 'own:one'] });
  });

  test('signed in its URL is good for reading', async () => {
    const credentials = await made(['own:*']);
    const signed = new URL(signedUrl({ credentials, url, expiresAt: t.clock.now() + 60_000 }));
    expect(await ask(undefined, { resource: signed.pathname + signed.search })).toMatchObject({
      status: 'auth-success',
      clientId: credentials.clientId,
    });
    expect(await ask(undefined, { resource: signed.pathname + signed.search, method: 'post' })).toMatchObject({ status: 'auth-failed' });
  });

  test('may be asked about again: who received it looks after repetition', async () => {
    const authorization = sign(await made([]));
    expect([(await ask(authorization)).status, (await ask(authorization)).status]).toEqual(['auth-success', 'auth-success']);
  });

  test.each<[string, () => Promise<string>, object?]>([
    ['a wrong token', async () => sign({ ...(await made([])), accessToken: 'guessed' })],
    ['an unknown client', async () => sign({ clientId: 'tests/nobody', accessToken: 'x' })],
    ['another method', async () => sign(await made([])), { method: 'put' }],
    ['another path', async () => sign(await made([])), { resource: '/api/other/v1/thing?limit=2' }],
    ['another host', async () => sign(await made([])), { host: 'elsewhere.example.com' }],
    ['another port', async () => sign(await made([])), { port: 80 }],
    ['no signature at all in its header', async () => 'Hawk'],
    ['something else in its header', async () => 'Bearer abc'],
    [
      'a client that has expired',
      async () => sign(await made([], new Date(t.clock.now() + 1_000).toISOString()).then((c) => t.clock.advance('2s').then(() => c))),
    ],
  ])('with %s fails, and the answer is 200 with the reason (A4-)', async (_, signed, more) => {
    expect(await ask(await signed(), more)).toEqual({ status: 'auth-failed', message: expect.stringMatching(/\S/) });
  });

  test('of a disabled client fails', async () => {
    const credentials = await made([]);
    await t.clients.auth.disableClient({ clientId: credentials.clientId });
    expect(await ask(sign(credentials))).toMatchObject({ status: 'auth-failed' });
  });

  test('is never repeated in an error: there are signatures in it', async () => {
    const body = { method: 'get', resource: '/x?bewit=c2VzYW1l', host, port: 'sesame', authorization: 'Hawk sesame' };
    const answer = await fetch(`${t.rootUrl}/api/auth/v1/authenticate-hawk`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect(answer.status).toBe(400);
    expect(text).not.toContain('c2VzYW1l');
    expect(text).not.toContain('Hawk sesame');
  });
});
