/**
 * The cases that every validator of Taskcluster signatures has to decide, made by the official JavaScript client and judged by our
 * server side. What this client refuses to make is in the tests beside this one.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import taskcluster from 'taskcluster-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorityOf, client, granted, MINUTE, refused, TOKEN } from './fixtures.ts';
import { authenticate, type Authentication, signedAddress } from './index.ts';

interface Given {
  readonly clientId: string;
  readonly accessToken: string;
  readonly certificate?: string | object;
}
interface Temporary {
  readonly by?: Given;
  readonly clientId?: string;
  readonly scopes: readonly string[];
  /** Minutes from now. */
  readonly start?: number;
  readonly expiry?: number;
}

const at = (minutes: number) => new Date(Date.now() + minutes * MINUTE);
const root: Given = { clientId: 'root', accessToken: TOKEN };
const plain: Given = { clientId: 'plain', accessToken: TOKEN };
const known = [
  client('root', ['scope:*', 'role:*', 'assume:r', 'auth:create-client:temp/*'], { expires: at(60) }),
  client('plain', ['scope:one'], { expires: at(60) }),
];
const authority = { ...authorityOf(known, [{ roleId: 'r', scopes: ['from:role'] }]), now: Date.now };
const made = ({ by = root, start = -1, expiry = 30, ...rest }: Temporary): Given =>
  taskcluster.createTemporaryCredentials({ credentials: by, start: at(start), expiry: at(expiry), ...rest });

let server: Server;
let rootUrl: string;
let last: Authentication | undefined;
beforeAll(async () => {
  server = createServer(({ method = '', url = '', headers }, response) => {
    last = authenticate({ method, resource: url, ...signedAddress(headers), authorization: headers.authorization }, authority);
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  rootUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What comes of a request that the client signs in its header, or of a URL that it signs. */
const asked = async (how: 'header' | 'bewit', credentials: Given, authorizedScopes?: readonly string[]): Promise<Authentication> => {
  const auth = new taskcluster.Auth({ rootUrl, credentials, retries: 0, ...(authorizedScopes && { authorizedScopes }) });
  if (how === 'header') await auth.role('r');
  else await fetch(await auth.buildSignedUrl(auth.role, 'r', { expiration: 60 }));
  if (!last) throw new Error('Nothing was asked.');
  return last;
};

type Case = readonly [
  name: string,
  credentials: () => Given,
  authorizedScopes: readonly string[] | undefined,
  expected: RegExp | readonly string[],
];
const rootScopes = ['assume:r', 'auth:create-client:temp/*', 'from:role', 'role:*', 'scope:*'];
const cases: readonly Case[] = [
  ['simple credentials', () => root, undefined, rootScopes],
  ['bad secret', () => ({ ...root, accessToken: 'wrong' }), undefined, /Bad mac/],
  ['bad id', () => ({ ...root, clientId: 'nobody' }), undefined, /not found/],
  ['authorized scopes', () => root, ['scope:one', 'scope:two'], ['scope:one', 'scope:two']],
  ['authorized scopes, none', () => root, [], []],
  ['authorized scopes not satisfied', () => plain, ['scope:two'], /authorizedScopes/],
  ['authorized scopes with an invalid scope', () => root, ['scope:\u00e9'], /authorizedScopes/],
  ['basic temporary credentials', () => made({ scopes: ['scope:one'] }), undefined, ['scope:one']],
  [
    'temporary credentials whose issuer has no assume:anonymous',
    () => made({ by: plain, scopes: ['scope:one'] }),
    undefined,
    ['scope:one'],
  ],
  ['expired temporary credentials', () => made({ scopes: ['scope:one'], start: -60, expiry: -30 }), undefined, /expired/],
  ['temporary credentials that expire after their issuer', () => made({ scopes: ['scope:one'], expiry: 600 }), undefined, ['scope:one']],
  ['postdated temporary credentials', () => made({ scopes: ['scope:one'], start: 20 }), undefined, /future/],
  ['temporary credentials with a bad secret', () => ({ ...made({ scopes: ['scope:one'] }), accessToken: TOKEN }), undefined, /Bad mac/],
  ['temporary scopes not satisfied', () => made({ by: plain, scopes: ['scope:*'] }), undefined, /does not have/],
  ['temporary and authorizedScopes', () => made({ scopes: ['scope:1*'] }), ['scope:12'], ['scope:12']],
  ['temporary and authorizedScopes needing expansion', () => made({ scopes: ['assume:r'] }), ['from:role'], ['from:role']],
  ['temporary and authorizedScopes not satisfied', () => made({ scopes: ['scope:1*'] }), ['scope:2'], /authorizedScopes/],
  ['temporary not satisfied, and authorizedScopes', () => made({ by: plain, scopes: ['scope:*'] }), ['scope:one'], /does not have/],
  ['named temporary credentials', () => made({ clientId: 'temp/1', scopes: ['scope:one'] }), undefined, ['scope:one']],
  ['named temporary and authorizedScopes', () => made({ clientId: 'temp/1', scopes: ['scope:*'] }), ['scope:one'], ['scope:one']],
  ['a name other than the signed one', () => ({ ...made({ clientId: 'temp/1', scopes: [] }), clientId: 'temp/2' }), undefined, /signature/],
  ['a name that is the issuer', () => ({ ...made({ clientId: 'temp/1', scopes: [] }), clientId: 'root' }), undefined, /same/],
  ['a name that the issuer cannot create', () => made({ clientId: 'other/1', scopes: [] }), undefined, /may not name/],
];

test.each(cases)('by header: %s', async (_, credentials, authorizedScopes, expected) => {
  const answer = await asked('header', credentials(), authorizedScopes);
  if (expected instanceof RegExp) expect(refused(answer)).toMatch(expected);
  else expect(granted(answer).scopes).toEqual([...expected, 'assume:anonymous'].toSorted());
});

test.each(cases)('by bewit: %s', async (_, credentials, authorizedScopes, expected) => {
  const answer = await asked('bewit', credentials(), authorizedScopes);
  if (expected instanceof RegExp) expect(refused(answer)).toMatch(expected);
  else expect(granted(answer).scopes).toEqual([...expected, 'assume:anonymous'].toSorted());
});

test('temporary credentials that expire soon give the right expiry, by header and by bewit', async () => {
  const credentials = made({ scopes: [], expiry: 5 });
  const { expiry } = JSON.parse(credentials.certificate as string) as { readonly expiry: number };
  for (const how of ['header', 'bewit'] as const) expect(granted(await asked(how, credentials)).expires.getTime()).toBe(expiry);
});
