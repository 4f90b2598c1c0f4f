import { http } from '@taskcluster/client';
import { auth } from '@taskcluster/contracts';
import { sql } from '@taskcluster/db';
import { authorizationHeader } from '@taskcluster/hawk';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expiredClients, oldHistory } from '../loops/purge.ts';
import type { AuthService } from '../service.ts';

let t: TestPlatform;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'));
});
afterAll(() => t.close());

let count = 0;
const aName = () => `tests/c${++count}`;
const definition = (changes: object = {}) => ({
  description: 'for a test',
  expires: new Date(t.clock.now() + 86_400_000).toISOString(),
  scopes: [] as string[],
  ...changes,
});
const create = (clientId: string, changes: object = {}) => t.clients.auth.createClient({ clientId }, definition(changes));
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing was refused',
    (err: { code?: string }) => err.code,
  );
const actions = async (entityId: string) =>
  (await t.clients.auth.getEntityHistory({ entityType: 'client', entityId })).auditHistory.map((e) => e.actionType);

test('a repeated creation answers the same token for 15 minutes, and is announced and recorded each time', async () => {
  const clientId = aName();
  const same = definition();
  const first = await t.clients.auth.createClient({ clientId }, same);
  expect((await t.clients.auth.createClient({ clientId }, same)).accessToken).toBe(first.accessToken);
  expect(await actions(clientId)).toEqual(['created', 'created']);
  const sent = await t.db.many(
    Type.Object({ key: Type.String() }),
    sql`select routing_key as key from platform.messages where exchange = 'exchange/taskcluster-auth/v1/client-created' and payload ->> 'clientId' = ${clientId}`,
  );
  expect(sent.map((m) => m.key)).toEqual(['_', '_']);
  await t.clock.advance('15m');
  expect(await refusal(t.clients.auth.createClient({ clientId }, same))).toBe('RequestConflict');
});

test.each([
  ['the year 0', { expires: '0000-01-01T00:00:00Z' }],
  ['a leap second', { expires: '2030-06-30T23:59:60Z' }],
  ['two stars at the end of a scope', { scopes: ['a***'] }],
])('a client with %s is an input error', async (_, changes) => {
  expect(await refusal(create(aName(), changes))).toBe('InputError');
});

test('a NUL character in a description is refused', async () => {
  expect(await refusal(create(aName(), { description: 'a\0b' }))).toMatch(/^Input/);
});

test('names longer than 1024 characters are refused, and names of prototypes are ordinary names', async () => {
  expect(await refusal(create('x'.repeat(3_000)))).toBe('InputError');
  expect(await refusal(t.clients.auth.createRole({ roleId: 'x'.repeat(3_000) }, { description: '', scopes: [] }))).toBe('InputError');
  for (const clientId of ['__proto__', 'constructor']) {
    expect((await create(clientId)).clientId).toBe(clientId);
    await t.clients.auth.deleteClient({ clientId });
  }
});

test('the history holds what a change replaced, and never a token', async () => {
  const clientId = aName();
  const { accessToken } = await create(clientId, { scopes: ['a'] });
  await t.clients.auth.updateClient({ clientId }, definition({ scopes: ['b'] }));
  await t.clients.auth.resetAccessToken({ clientId });
  const rows = await t.db.many(
    Type.Object({ action: Type.String(), text: Type.String() }),
    sql`select action, concat(before ->> 'scopes', ' -> ', after ->> 'scopes') as text from auth.audit where entity_id = ${clientId} order by id`,
  );
  expect(rows).toContainEqual({ action: 'updated', text: '["a"] -> ["b"]' });
  const all = await t.db.many(
    Type.Object({ text: Type.String() }),
    sql`select a::text as text from auth.audit a where entity_id = ${clientId}`,
  );
  expect(all.map((r) => r.text).join()).not.toContain(accessToken);
});

test('a disabled client, a reset token and a deleted client are refused at once', async () => {
  const clientId = aName();
  const { accessToken } = await create(clientId, { scopes: ['auth:current-scopes'] });
  const ask = async (token: string) => {
    const url = `${t.rootUrl}/api/auth/v1/scopes/current`;
    const authorization = authorizationHeader({ credentials: { clientId, accessToken: token }, method: 'GET', url, now: t.clock.now() });
    return (await fetch(url, { headers: { authorization } })).status;
  };
  expect(await ask(accessToken)).toBe(200);
  await t.clients.auth.disableClient({ clientId });
  expect(await ask(accessToken)).toBe(401);
  await t.clients.auth.enableClient({ clientId });
  const { accessToken: second } = await t.clients.auth.resetAccessToken({ clientId });
  expect([await ask(accessToken), await ask(second)]).toEqual([401, 200]);
  await t.clients.auth.deleteClient({ clientId });
  expect(await ask(second)).toBe(401);
});

test('pages of clients go on where the last one ended, and refuse what cannot be a token', async () => {
  const prefix = `paged/${++count}/`;
  for (const name of ['c', 'a', 'b']) await create(prefix + name);
  const first = await t.clients.auth.listClients({ prefix, limit: '2' });
  expect(first.clients.map((c) => c.clientId)).toEqual([`${prefix}a`, `${prefix}b`]);
  const rest = await t.clients.auth.listClients({ prefix, limit: '2', continuationToken: first.continuationToken ?? '' });
  expect(rest.clients.map((c) => c.clientId)).toEqual([`${prefix}c`]);
  expect(rest.continuationToken).toBeUndefined();
  expect(await refusal(t.clients.auth.listClients({ continuationToken: '!!' }))).toBe('InputError');
  expect(await refusal(t.clients.auth.listRoleIds({ continuationToken: 'AAAA' }))).toBe('InputError');
});

test('expired clients are deleted only when they asked for it, and old history is forgotten', async () => {
  const [gone, stays] = [aName(), aName()];
  const past = { expires: new Date(t.clock.now() - 1_000).toISOString() };
  await create(gone, { ...past, deleteOnExpiration: true });
  await create(stays, past);
  const service = { db: t.db } as AuthService;
  await expiredClients.step(service, 100);
  expect(await refusal(t.clients.auth.client({ clientId: gone }))).toBe('ResourceNotFound');
  expect((await t.clients.auth.client({ clientId: stays })).clientId).toBe(stays);
  expect((await t.clients.auth.getEntityHistory({ entityType: 'client', entityId: gone })).auditHistory.at(-1)).toMatchObject({
    actionType: 'expired',
    clientId: 'static/taskcluster/auth',
  });
  await t.clock.advance('31d');
  await oldHistory.step(service, 1_000);
  expect(await actions(gone)).toEqual([]);
});

test('an anonymous caller may do none of it', async () => {
  const nobody = http(auth, { rootUrl: t.rootUrl });
  const clientId = aName();
  expect(await refusal(nobody.createClient({ clientId }, definition()))).toBe('InsufficientScopes');
  expect(await refusal(nobody.deleteClient({ clientId }))).toBe('InsufficientScopes');
  expect(await refusal(nobody.listRoles({}))).toBe('InsufficientScopes');
});
