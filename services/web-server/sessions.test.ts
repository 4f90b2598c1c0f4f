import { createServer, methodsOf, monitoringHandlers, serviceApi } from '@taskcluster/api';
import { webServer as contract } from '@taskcluster/contracts';
import { sql } from '@taskcluster/db';
import { authenticate, type Authority, authorizationHeader, type Credentials } from '@taskcluster/hawk';
import { silentLog } from '@taskcluster/log';
import type { Platform } from '@taskcluster/service';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createSignInCode, webServerService, type WebServer } from './index.ts';

let t: TestDatabase;
let service: WebServer;
let server: ReturnType<typeof createServer>;
let url: string;
const root = { clientId: 'static/taskcluster/root', accessToken: 'r'.repeat(44) };

beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'), [webServerService.migrations ?? { owner: 'web', steps: [] }]);
  const platform = {
    rootUrl: 'http://localhost:8080',
    db: t.db,
    now: t.clock.now,
    credentialsOf: (name: string) => ({ ...root, clientId: `static/taskcluster/${name}` }),
  } as Platform;
  service = await webServerService.create(platform, {});
  server = createServer({
    rootUrl: platform.rootUrl,
    methods: methodsOf(serviceApi({ contract, handlers: webServerService.handlers, service }), monitoringHandlers({})),
    authenticate: () => ({ status: 'auth-failed', message: 'nobody signs these requests' }),
    now: t.clock.now,
    log: silentLog,
    version: {},
    documents: new Map(),
  });
  url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}/api/web-server/v1`;
});
afterAll(async () => {
  await server.close(100);
  await t.close();
});

interface Sent {
  readonly cookie?: string | undefined;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}
const post = async (path: string, { cookie, body, headers = { 'x-requested-with': 'taskcluster' } }: Sent = {}) => {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { ...headers, ...(cookie ? { cookie } : {}), ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const [setCookie] = answer.headers.getSetCookie();
  const json = (answer.status === 204 ? undefined : await answer.json()) as {
    code?: string;
    message?: string;
    expires?: string;
    credentials?: { clientId: string; accessToken: string; certificate: string };
  };
  return { status: answer.status, setCookie, cookie: setCookie?.split(';')[0], json };
};
const signIn = async (cookie?: string) => post('/sign-in', { body: { code: await createSignInCode(service) }, cookie });
const works = async (cookie: string | undefined) => (await post('/credentials', { cookie })).status === 200;

test('a code begins a session, which gives credentials for a quarter of an hour', async () => {
  const session = await signIn();
  expect(session.status).toBe(200);
  expect(session.setCookie).toMatch(
    /^taskcluster_session=[A-Za-z0-9_-]{43}; Path=\/api\/web-server; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
  );
  const { status, json } = await post('/credentials', { cookie: `other=1; ${session.cookie}; more=2` });
  expect(status).toBe(200);
  expect(json.credentials?.clientId).toMatch(/^web\/[A-Za-z0-9_-]{8}$/);
  const certificate = JSON.parse(json.credentials?.certificate ?? '') as {
    issuer: string;
    scopes: string[];
    start: number;
    expiry: number;
  };
  expect(certificate).toMatchObject({ issuer: root.clientId, scopes: ['*'] });
  expect(certificate.expiry - certificate.start).toBe(16 * 60_000);
  expect(new Date(json.expires ?? '').getTime()).toBe(certificate.expiry);
});

test('the credentials are good for everything, now and for 15 minutes', async () => {
  const { cookie } = await signIn();
  const { json } = await post('/credentials', { cookie });
  if (!json.credentials) throw new Error('there are credentials');
  const authority: Authority = {
    findClient: (clientId) =>
      clientId === root.clientId ? { ...root, scopes: ['*'], expires: new Date(8.64e15), disabled: false } : undefined,
    expand: (scopes) => scopes,
    now: t.clock.now,
  };
  const resource = '/api/queue/v1/ping';
  const judge = () => {
    const authorization = authorizationHeader({
      credentials: json.credentials as Credentials,
      method: 'POST',
      url: `http://localhost:8080${resource}`,
      now: t.clock.now(),
    });
    return authenticate({ method: 'post', resource, host: 'localhost', port: 8080, authorization }, authority);
  };
  expect(judge()).toMatchObject({ status: 'auth-success', clientId: json.credentials.clientId, scopes: expect.arrayContaining(['*']) });
  // Signatures allow for clocks that are five minutes off.
  await t.clock.advance('21m');
  expect(judge()).toMatchObject({ status: 'auth-failed' });
});

test('a code works once, even when many try it at the same time', async () => {
  const code = await createSignInCode(service);
  const answers = await Promise.all(Array.from({ length: 10 }, () => post('/sign-in', { body: { code } })));
  expect(answers.map((a) => a.status).toSorted((a, b) => a - b)).toEqual([200, ...Array(9).fill(401)]);
});

test('a wrong code, and one that is older than 15 minutes, are refused without a cookie', async () => {
  const code = await createSignInCode(service);
  const wrong = await post('/sign-in', { body: { code: `${code.slice(0, -1)}!` } });
  expect(wrong).toMatchObject({ status: 401, json: { code: 'AuthenticationFailed' }, setCookie: undefined });
  expect(JSON.stringify(wrong.json)).not.toContain(code.slice(0, -1));
  await t.clock.advance('15m');
  expect((await post('/sign-in', { body: { code } })).status).toBe(401);
});

test('requests that another site could send are refused', async () => {
  const { cookie } = await signIn();
  for (const path of ['/credentials', '/sign-out', '/sign-in']) {
    const answer = await post(path, { cookie, headers: {}, body: { code: 'x' } });
    expect(answer).toMatchObject({ status: 403, json: { code: 'InsufficientScopes' } });
    expect((await post(path, { cookie, headers: { 'x-requested-with': 'XMLHttpRequest' }, body: { code: 'x' } })).status).toBe(403);
  }
  expect(await works(cookie)).toBe(true);
});

test('without a session there are no credentials', async () => {
  for (const cookie of [
    undefined,
    'taskcluster_session=',
    `taskcluster_session=${'a'.repeat(43)}`,
    `taskcluster_session=${'a'.repeat(5000)}`,
    'x'.repeat(5000),
  ]) {
    expect(await post('/credentials', { cookie })).toMatchObject({ status: 401, json: { code: 'AuthenticationFailed' } });
  }
});

test('a session lives for 30 days after its last use', async () => {
  const used = (await signIn()).cookie;
  const unused = (await signIn()).cookie;
  for (let i = 0; i < 3; i++) {
    await t.clock.advance('29d');
    expect(await works(used)).toBe(true);
  }
  expect(await works(unused)).toBe(false);
  await t.clock.advance('30d');
  expect(await works(used)).toBe(false);
});

test('signing out ends the session for everybody who has its cookie, and may be repeated', async () => {
  const { cookie } = await signIn();
  const out = await post('/sign-out', { cookie });
  expect(out.status).toBe(200);
  expect(out.setCookie).toMatch(/^taskcluster_session=; Path=\/api\/web-server; Max-Age=0;/);
  expect(await works(cookie)).toBe(false);
  expect((await post('/sign-out', { cookie })).status).toBe(200);
  expect((await post('/sign-out')).status).toBe(200);
});

test('signing in again replaces the session that the browser had', async () => {
  const first = (await signIn()).cookie;
  const second = (await signIn(first)).cookie;
  expect(second).not.toBe(first);
  expect(await works(first)).toBe(false);
  expect(await works(second)).toBe(true);
});

test('the database holds neither codes nor session ids', async () => {
  const code = await createSignInCode(service);
  const { cookie = '' } = await signIn();
  const Row = Type.Object({ text: Type.Union([Type.String(), Type.Null()]) });
  const rows = [
    ...(await t.db.many(Row, sql`select c::text || encode(hash, 'escape') || encode(hash, 'base64') as text from web.codes c`)),
    ...(await t.db.many(Row, sql`select s::text || encode(hash, 'escape') || encode(hash, 'base64') as text from web.sessions s`)),
  ].map((r) => r.text ?? '');
  expect(rows.length).toBeGreaterThan(1);
  for (const secret of [code, cookie.split('=')[1] ?? ''])
    expect(rows.filter((r) => r.includes(secret) || r.includes(Buffer.from(secret, 'base64url').toString('hex')))).toEqual([]);
});

test('the cookie is sent over HTTPS only where the platform is reached by it', async () => {
  const secure = { ...service, rootUrl: 'https://ci.example.com' };
  const headers = { 'x-requested-with': 'taskcluster' };
  const answer = await webServerService.handlers.signOut(secure, { headers } as never);
  expect(answer).toMatchObject({ headers: { 'set-cookie': expect.stringMatching(/; Secure$/) } });
});

test('what has lapsed is removed', async () => {
  const [expiry] = webServerService.loops ?? [];
  await createSignInCode(service);
  const { cookie } = await signIn();
  await t.clock.advance('16m');
  expect(await expiry?.step(service, 1)).toBeGreaterThanOrEqual(1);
  expect(await expiry?.step(service, 1)).toBe(0);
  expect(await works(cookie)).toBe(true);
});
