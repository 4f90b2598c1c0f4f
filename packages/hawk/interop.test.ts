/** Independent implementations sign for our server side, and verify what our client side signs. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import hawk from 'hawk';
import taskcluster from 'taskcluster-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorityOf, client, granted, MINUTE, refused, TOKEN } from './fixtures.ts';
import { authenticate, authorizationHeader, createTemporaryCredentials, payloadHash, signedAddress, signedUrl } from './index.ts';
import type { Authentication } from './index.ts';

const now = Date.now();
const alice = { clientId: 'alice', accessToken: TOKEN };
const key = { id: 'alice', key: TOKEN, algorithm: 'sha256' } as const;
const authority = {
  ...authorityOf([client('alice', ['a:*', 'auth:create-client:n/*'], { expires: new Date(now + 60 * MINUTE) })]),
  now: Date.now,
};
const inAnHour = () => new Date(Date.now() + 60 * MINUTE);

/** What a request would be answered, by everything that a real server knows about it. */
const answerTo = (message: IncomingMessage): Authentication =>
  authenticate(
    { method: message.method!, resource: message.url!, ...signedAddress(message.headers), authorization: message.headers.authorization },
    authority,
  );

let server: Server;
let rootUrl: string;
const answers: Authentication[] = [];

beforeAll(async () => {
  server = createServer((message, response) => {
    answers.push(answerTo(message));
    message.resume();
    response.setHeader('content-type', 'application/json');
    response.end('{"scopes": []}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  rootUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What our server side says about the one request that `send` makes. */
async function answerOf(send: () => Promise<unknown>): Promise<Authentication> {
  answers.length = 0;
  await send();
  expect(answers).toHaveLength(1);
  return answers[0]!;
}

test.each(['https://tc.example.com/x?y=1&z', 'http://tc.example.com:8080/a%2Fb', 'https://tc.example.com/'])(
  'a header by hawk for %s is accepted, with a hash, an app and a dlg',
  (url) => {
    const { host, pathname, search, protocol } = new URL(url);
    const address = signedAddress({ host }, protocol === 'https:');
    const options = { credentials: key, payload: '{"a":1}', contentType: 'application/json', app: 'my-app', dlg: 'someone' };
    const authorization = hawk.client.header(url, 'POST', options).header;
    const answer = granted(authenticate({ method: 'post', resource: pathname + search, ...address, authorization }, authority));
    expect(answer.hash).toBe(payloadHash('{"a":1}', 'application/json'));
  },
);

test('a bewit by hawk is accepted', () => {
  const url = 'https://tc.example.com/x?y=1';
  const bewit = hawk.client.getBewit(url, { credentials: key, ttlSec: 60 });
  const asked = { method: 'get', resource: `/x?y=1&bewit=${bewit}`, host: 'tc.example.com', port: 443 };
  expect(granted(authenticate(asked, authority)).clientId).toBe('alice');
  expect(refused(authenticate(asked, { ...authority, now: () => Date.now() + 2 * MINUTE }))).toMatch(/expired/i);
});

test.each<[string, object | undefined]>([
  ['the same', undefined],
  ['narrowed scopes', { authorizedScopes: ['a:b'] }],
])('our header is accepted by hawk: %s', async (_, more) => {
  const hash = payloadHash('{"a":1}', 'application/json');
  const url = 'https://tc.example.com/x/%2F?y=z';
  const header = authorizationHeader({ credentials: alice, method: 'PUT', url, hash, ...more });
  const message = { method: 'PUT', url: '/x/%2F?y=z', headers: { host: 'tc.example.com:443', authorization: header } };
  const lookup = (id: string) => ({ ...key, id });
  const { artifacts } = await hawk.server.authenticate(message, lookup, { payload: '{"a":1}' }).catch(() =>
    // The content type is part of what the hash covers.
    hawk.server.authenticate({ ...message, headers: { ...message.headers, 'content-type': 'application/json' } }, lookup, {
      payload: '{"a":1}',
    }),
  );
  expect(artifacts.hash).toBe(hash);
  const other = { ...message, url: '/y' };
  await expect(hawk.server.authenticate(other, lookup)).rejects.toThrow(/Bad mac/);
});

test.each(['/x', '/x?y=z'])('our signed URL of %s is accepted by hawk', async (path) => {
  const url = new URL(signedUrl({ credentials: alice, url: `https://tc.example.com${path}`, expiresAt: inAnHour() }));
  const message = { method: 'GET', url: url.pathname + url.search, headers: { host: 'tc.example.com:443' } };
  expect(await hawk.server.authenticateBewit(message, (id) => ({ ...key, id }))).toBeDefined();
  await expect(hawk.server.authenticateBewit({ ...message, url: `${message.url}x` }, (id) => ({ ...key, id }))).rejects.toThrow();
});

test('requests of the JavaScript client are accepted, with slashes, a query and a body', async () => {
  const auth = new taskcluster.Auth({ rootUrl, credentials: alice, retries: 0 });
  expect(granted(await answerOf(() => auth.role('a/b c*'))).clientId).toBe('alice');
  expect(granted(await answerOf(() => auth.listRoleIds({ limit: '3' }))).clientId).toBe('alice');
  expect(granted(await answerOf(() => auth.expandScopes({ scopes: ['caf\u00e9'] }))).clientId).toBe('alice');
});

test('a wrong token of the JavaScript client is refused', async () => {
  const auth = new taskcluster.Auth({ rootUrl, credentials: { ...alice, accessToken: 'wrong' }, retries: 0 });
  expect(refused(await answerOf(() => auth.role('r')))).toMatch(/Bad mac/);
});

test.each<[string, object, string, string[]]>([
  ['unnamed', { scopes: ['a:b', 'a:c'] }, 'alice', ['a:b', 'a:c', 'assume:anonymous']],
  ['named', { scopes: ['a:b'], clientId: 'n/1' }, 'n/1', ['a:b', 'assume:anonymous']],
  ['without scopes', { scopes: [] }, 'alice', ['assume:anonymous']],
  ['named without scopes', { scopes: [], clientId: 'n/1' }, 'n/1', ['assume:anonymous']],
])('temporary credentials by the JavaScript client are accepted: %s', async (_, options, name, scopes) => {
  const credentials = taskcluster.createTemporaryCredentials({ credentials: alice, start: new Date(), expiry: inAnHour(), ...options });
  const auth = new taskcluster.Auth({ rootUrl, credentials, retries: 0 });
  expect(granted(await answerOf(() => auth.role('r')))).toMatchObject({ clientId: name, scopes });
  // The same again, from what is remembered.
  expect(granted(await answerOf(() => auth.role('r')))).toMatchObject({ clientId: name, scopes });
});

test('the JavaScript client uses our temporary credentials, narrowed, and in signed URLs', async () => {
  const credentials = createTemporaryCredentials({
    credentials: alice,
    clientId: 'n/2',
    scopes: ['a:*'],
    start: new Date(),
    expiry: inAnHour(),
  });
  const auth = new taskcluster.Auth({ rootUrl, credentials, authorizedScopes: ['a:b'], retries: 0 });
  expect(granted(await answerOf(() => auth.role('r')))).toMatchObject({ clientId: 'n/2', scopes: ['a:b', 'assume:anonymous'] });
  const url = await auth.buildSignedUrl(auth.role, 'a/b', { expiration: 60 });
  expect(granted(await answerOf(() => fetch(url)))).toMatchObject({ clientId: 'n/2', scopes: ['a:b', 'assume:anonymous'] });
  expect(refused(await answerOf(() => fetch(url, { method: 'POST' })))).toMatch(/Invalid method/);
});

test('our headers and signed URLs are accepted as they arrive over HTTP', async () => {
  for (const path of ['/x', '/x?', '/a%2Fb?c=d#e', '/caf\u00e9 and space?q=\u00e9']) {
    const url = rootUrl + path;
    const authorization = authorizationHeader({ credentials: alice, method: 'DELETE', url });
    expect(granted(await answerOf(() => fetch(url, { method: 'DELETE', headers: { authorization } }))).clientId).toBe('alice');
    expect(granted(await answerOf(() => fetch(signedUrl({ credentials: alice, url, expiresAt: inAnHour() })))).clientId).toBe('alice');
  }
});
