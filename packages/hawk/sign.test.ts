/** The client side, against our own server side and against the rules. What others accept is in interop.test.ts. */
import { expect, test } from 'vitest';
import { authorityOf, client, DAY, granted, MINUTE, NOW, refused, TOKEN } from './fixtures.ts';
import { authenticate, authorizationHeader, createTemporaryCredentials, payloadHash, signedUrl } from './index.ts';
import type { Credentials } from './index.ts';

const authority = authorityOf([client('alice', ['a:*', 'auth:create-client:n/*'])]);
const alice: Credentials = { clientId: 'alice', accessToken: TOKEN };
const at = { now: NOW };
const host = 'tc.example.com';
const start = new Date(NOW);
const expiry = new Date(NOW + 60 * MINUTE);

test.each<[string, string, number]>([
  ['https://tc.example.com/x/y?z=1', '/x/y?z=1', 443],
  ['http://tc.example.com/x', '/x', 80],
  ['http://TC.example.com:8080/x#fragment', '/x', 8080],
  ['https://tc.example.com', '/', 443],
  ['https://tc.example.com/a%2Fb/%20?q=%2F', '/a%2Fb/%20?q=%2F', 443],
  ['https://tc.example.com/x?', '/x?', 443],
])('a header for %s is accepted for %s on port %d', (url, resource, port) => {
  const authorization = authorizationHeader({ credentials: alice, method: 'put', url, ...at });
  expect(granted(authenticate({ method: 'PUT', resource, host, port, authorization }, authority)).clientId).toBe('alice');
  expect(authenticate({ method: 'POST', resource, host, port, authorization }, authority).status).toBe('auth-failed');
});

test('every header is new, and uses the current time unless told', () => {
  const sign = () => authorizationHeader({ credentials: alice, method: 'GET', url: 'https://tc.example.com/' });
  expect(sign()).not.toBe(sign());
  const today = { ...authority, now: Date.now };
  expect(granted(authenticate({ method: 'get', resource: '/', host, port: 443, authorization: sign() }, today)).clientId).toBe('alice');
});

test('a header can cover the body and narrow the scopes', () => {
  const hash = payloadHash('{}', 'application/json');
  const authorization = authorizationHeader({
    credentials: alice,
    method: 'POST',
    url: 'https://tc.example.com/',
    hash,
    authorizedScopes: ['a:b'],
    ...at,
  });
  const answer = granted(authenticate({ method: 'post', resource: '/', host, port: 443, authorization }, authority));
  expect(answer).toMatchObject({ hash, scopes: ['a:b', 'assume:anonymous'] });
});

test.each([undefined, null, ''])('a certificate that is %j is none', (certificate) => {
  const authorization = authorizationHeader({
    credentials: { ...alice, certificate },
    method: 'GET',
    url: 'https://tc.example.com/',
    ...at,
  });
  expect(authorization).not.toContain('ext');
  expect(granted(authenticate({ method: 'get', resource: '/', host, port: 443, authorization }, authority)).clientId).toBe('alice');
});

test.each(['/x', '/x?y=z', '/x?', '/', '/a%2Fb?c=%20&d='])('a signed URL for %s is accepted until it ends', (path) => {
  for (const expiresAt of [new Date(NOW + MINUTE), NOW + MINUTE]) {
    const { pathname, search } = new URL(signedUrl({ credentials: alice, url: `https://tc.example.com${path}#f`, expiresAt }));
    const asked = { method: 'get', resource: pathname + search, host, port: 443 };
    expect(granted(authenticate(asked, authority)).clientId).toBe('alice');
    expect(refused(authenticate(asked, { ...authority, now: () => NOW + MINUTE }))).toMatch(/expired/i);
  }
});

test.each<[string | undefined, string]>([
  [undefined, 'alice'],
  ['n/1', 'n/1'],
])('temporary credentials named %s work in headers and URLs, with the certificate as text or parsed', (clientId, name) => {
  const made = createTemporaryCredentials({ credentials: alice, clientId, scopes: ['a:b', 'a:c'], start, expiry });
  expect(made.clientId).toBe(name);
  for (const certificate of [made.certificate, JSON.parse(made.certificate) as object]) {
    const credentials = { ...made, certificate };
    const url = 'https://tc.example.com/x';
    const authorization = authorizationHeader({ credentials, method: 'GET', url, ...at });
    const answer = granted(authenticate({ method: 'get', resource: '/x', host, port: 443, authorization }, authority));
    expect(answer).toMatchObject({ clientId: name, scopes: ['a:b', 'a:c', 'assume:anonymous'], expires: expiry });
    const signed = new URL(signedUrl({ credentials, url, expiresAt: expiry, authorizedScopes: ['a:c'] }));
    const got = granted(authenticate({ method: 'get', resource: signed.pathname + signed.search, host, port: 443 }, authority));
    expect(got).toMatchObject({ clientId: name, scopes: ['a:c', 'assume:anonymous'] });
  }
});

test.each<[string, object]>([
  ['no scopes at all', { scopes: [] }],
  ['31 days', { expiry: new Date(NOW + 31 * DAY) }],
])('temporary credentials with %s are accepted', (_, change) => {
  const made = createTemporaryCredentials({ credentials: alice, scopes: ['a:b'], start, expiry, ...change });
  const authorization = authorizationHeader({ credentials: made, method: 'GET', url: 'https://tc.example.com/', ...at });
  expect(granted(authenticate({ method: 'get', resource: '/', host, port: 443, authorization }, authority)).clientId).toBe('alice');
});

test.each<[string, object]>([
  ['more than 31 days', { expiry: new Date(NOW + 31 * DAY + 1) }],
  ['an end before the start', { expiry: new Date(NOW - 1) }],
  ['no proper date', { expiry: new Date('never') }],
  ['the name of the issuer', { clientId: 'alice' }],
  ['a name that no client can have', { clientId: 'a b' }],
  ['a scope outside ASCII', { scopes: ['caf\u00e9'] }],
  ['temporary credentials as the issuer', { credentials: { ...alice, certificate: '{}' } }],
])('temporary credentials with %s are not made', (_, change) => {
  expect(() => createTemporaryCredentials({ credentials: alice, scopes: ['a:b'], start, expiry, ...change })).toThrow(/\. /);
});

test('no error contains the access token', () => {
  for (const change of [{ clientId: 'alice' }, { expiry: start }, { scopes: ['\n'] }]) {
    try {
      createTemporaryCredentials({ credentials: alice, scopes: [], start, expiry, ...change });
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain(TOKEN);
    }
  }
});
