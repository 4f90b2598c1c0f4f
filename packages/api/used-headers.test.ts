import { connect, type Database, isUnavailable, sql } from '@taskcluster/db';
import { startWire } from '@taskcluster/db/testing';
import { authenticate, authorizationHeader } from '@taskcluster/hawk';
import { silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import { afterAll, beforeAll, beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { handlers, token, toy } from './fixture.ts';
import { methodsOf } from './method.ts';
import { createServer } from './server.ts';
import { serviceApi } from './service.ts';
import { claimHeaders, usedHeadersLoop } from './used-headers.ts';

const minuteMs = 60_000;
/** In the middle of a quarter, where the free one is emptied. */
const noon = Date.parse('2030-01-01T12:07:00Z');

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
});
afterAll(() => t.close());
const all = sql`platform.used_headers_0, platform.used_headers_1, platform.used_headers_2, platform.used_headers_3`;
beforeEach(() => t.db.run(sql`truncate ${all}`));

/** A process of its own on the same database. */
const aProcess = (connectionString = t.connectionString): Database => {
  const db = connect({ connectionString, log: silentLog, checkRows: true });
  onTestFinished(() => db.close());
  return db;
};
const signedAt = (ms: number, nonce = 'n') => `client\n${ms / 1_000}\n${nonce}\nmac`;
const count = async () =>
  (
    await t.db.maybe(
      Type.Object({ n: Type.Integer() }),
      sql`
      select ((select count(*) from platform.used_headers_0) + (select count(*) from platform.used_headers_1)
        + (select count(*) from platform.used_headers_2) + (select count(*) from platform.used_headers_3))::int as n`,
    )
  )?.n;

test('a header is new once, in whichever process', async () => {
  const [here, there] = [claimHeaders(aProcess()), claimHeaders(aProcess())];
  expect(await here(signedAt(noon))).toBe(true);
  expect([await there(signedAt(noon)), await here(signedAt(noon))]).toEqual([false, false]);
  expect(await there(signedAt(noon, 'other'))).toBe(true);
});

test('of many that come at the same time, some of them the same, each is new exactly once', async () => {
  const [here, there] = [claimHeaders(aProcess()), claimHeaders(aProcess())];
  const keys = Array.from({ length: 200 }, (_, i) => signedAt(noon, `n${i % 50}`));
  const answers = await Promise.all(keys.map((key, i) => (i % 2 === 0 ? here : there)(key)));
  expect(answers.filter(Boolean)).toHaveLength(50);
});

test('a header is remembered for as long as it is valid, and forgotten within an hour', async () => {
  let now = noon;
  const claim = claimHeaders(t.db);
  const forget = () => usedHeadersLoop.step({ db: t.db, now: () => now }, 1);
  // Signed by a clock that is off by as much as may be, either way.
  for (const off of [-15, 0, 15]) await claim(signedAt(noon + off * minuteMs, `off ${off}`));
  for (; now <= noon + 30 * minuteMs; now += minuteMs) {
    await forget();
    for (const off of [-15, 0, 15])
      if (now <= noon + (off + 15) * minuteMs) expect(await claim(signedAt(noon + off * minuteMs, `off ${off}`))).toBe(false);
  }
  for (; now <= noon + 75 * minuteMs; now += minuteMs) await forget();
  expect(await count()).toBe(0);
});

test('a process whose clock is five minutes ahead or behind forgets nothing that is valid', async () => {
  const claim = claimHeaders(t.db);
  for (const ahead of [-5, 5]) {
    for (let minute = 0; minute < 60; minute++) {
      const now = noon + minute * minuteMs;
      const signed = [-14, 0, 14].map((off) => signedAt(now + off * minuteMs, `${ahead} ${minute}`));
      await Promise.all(signed.map(claim));
      await usedHeadersLoop.step({ db: t.db, now: () => now + ahead * minuteMs }, 1);
      expect(await Promise.all(signed.map(claim))).toEqual([false, false, false]);
    }
  }
});

test('over HTTP: a signed request that one process has answered is refused by another, a new one is not', async () => {
  const client = { clientId: 'all', accessToken: token, scopes: Object.freeze(['*']), expires: new Date(4e12), disabled: false };
  const authority = { findClient: () => client, expand: (scopes: readonly string[]) => scopes, now: Date.now };
  const waiting = { began: () => {}, ended: () => {}, go: Promise.resolve() };
  const servers = [0, 1].map(() =>
    createServer({
      rootUrl: 'http://localhost',
      methods: methodsOf(serviceApi({ contract: toy, handlers, service: waiting }), {
        ping: async () => ({}),
        lbheartbeat: async () => ({}),
        version: async () => ({}),
      }),
      authenticate: (request) => authenticate(request, authority),
      claimHeader: claimHeaders(aProcess()),
      now: Date.now,
      log: silentLog,
      version: {},
      documents: new Map(),
    }),
  );
  onTestFinished(async () => void (await Promise.all(servers.map((s) => s.close()))));
  const ports = await Promise.all(servers.map((s) => s.listen({ host: '127.0.0.1', port: 0 })));
  // Both stand behind one address, which is what was signed.
  const sign = (method: string, path: string) =>
    authorizationHeader({ credentials: client, method, url: `http://127.0.0.1:8080/api/toy/v1${path}` });
  const send = async (port: number | undefined, method: string, path: string, authorization: string) =>
    (await fetch(`http://127.0.0.1:${port}/api/toy/v1${path}`, { method, headers: { authorization, 'x-forwarded-port': '8080' } })).status;
  const once = sign('POST', '/deferred');
  expect(await send(ports[0], 'POST', '/deferred', once)).toBe(200);
  expect(await send(ports[1], 'POST', '/deferred', once)).toBe(401);
  expect(await send(ports[0], 'POST', '/deferred', once)).toBe(401);
  expect(await send(ports[1], 'POST', '/deferred', sign('POST', '/deferred'))).toBe(200);
  // Reading changes nothing, so it may be repeated.
  const read = sign('GET', '/thing/a');
  expect([await send(ports[0], 'GET', '/thing/a', read), await send(ports[1], 'GET', '/thing/a', read)]).toEqual([200, 200]);
});

test('a connection that went silent holds up the headers that came first, not those after them', async () => {
  const wire = await startWire(t.connectionString);
  onTestFinished(() => wire.stop());
  const claim = claimHeaders(aProcess(wire.connectionString), 200);
  expect(await claim(signedAt(noon))).toBe(true);
  wire.forget();
  await expect(claim(signedAt(noon, 'lost'))).rejects.toSatisfy(isUnavailable);
  expect(await claim(signedAt(noon, 'next'))).toBe(true);
});
