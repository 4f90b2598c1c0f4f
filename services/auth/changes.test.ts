import type { Client } from '@taskcluster/client';
import type { auth } from '@taskcluster/contracts';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { clientWith, outcome } from './scopes/fixture.ts';

let t: TestPlatform;
let ask: Client<typeof auth>;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'));
  ask = t.clients.auth;
});
afterAll(() => t.close());

test('the changes of a client: who, when, what was before and after, and never a token', async () => {
  const clientId = 'ci/build';
  const expires = new Date(t.clock.now() + 86_400_000).toISOString();
  const { accessToken } = await ask.createClient({ clientId }, { description: 'one', expires, scopes: ['a'] });
  await ask.updateClient({ clientId }, { description: 'two', expires, scopes: ['a', 'b'] });
  const { accessToken: second } = await ask.resetAccessToken({ clientId });
  await ask.disableClient({ clientId });
  await ask.deleteClient({ clientId });
  const answer = await ask.entityChanges({ entityType: 'client', entityId: clientId });
  expect(answer.changes.map(({ actionType }) => actionType)).toEqual([
    'created',
    'updated',
    'access token reset',
    'client disabled',
    'deleted',
  ]);
  const [created, updated, reset, , deleted] = answer.changes;
  const one = { description: 'one', scopes: ['a'], expires, disabled: false, deleteOnExpiration: false };
  expect(created).toMatchObject({ clientId: 'static/taskcluster/root', after: one });
  expect(created).not.toHaveProperty('before');
  expect(updated).toMatchObject({ before: one, after: { ...one, description: 'two', scopes: ['a', 'b'] } });
  expect(Object.keys(reset ?? {}).toSorted()).toEqual(['actionType', 'clientId', 'created']);
  expect(deleted?.before).toMatchObject({ disabled: true });
  expect(JSON.stringify(answer)).not.toContain(accessToken);
  expect(JSON.stringify(answer)).not.toContain(second);
});

test('the changes of a role come in pages, the oldest first', async () => {
  const roleId = 'team/*';
  await ask.createRole({ roleId }, { description: '', scopes: ['a'] });
  for (const scope of ['b', 'c', 'd']) await ask.updateRole({ roleId }, { description: '', scopes: [scope] });
  const found: unknown[] = [];
  let continuationToken: string | undefined;
  do {
    const page = await ask.entityChanges({
      entityType: 'role',
      entityId: roleId,
      limit: '3',
      ...(continuationToken && { continuationToken }),
    });
    found.push(...page.changes.map(({ after }) => after?.scopes));
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  expect(found).toEqual([['a'], ['b'], ['c'], ['d']]);
  expect(await ask.entityChanges({ entityType: 'role', entityId: 'nothing' })).toEqual({ changes: [] });
});

test('it needs the scope for the history and the one for the thing itself', async () => {
  const entity = { entityType: 'role', entityId: 'team/*' };
  const history = await clientWith(t, 'c/history', ['auth:audit-history:*', 'auth:get-role:team/', 'auth:get-client:*']);
  const reader = await clientWith(t, 'c/reader', ['auth:get-role:*', 'auth:audit-history:client']);
  const both = await clientWith(t, 'c/both', ['auth:get-role:team/*', 'auth:audit-history:role']);
  expect(await outcome(history.entityChanges(entity))).toBe('403 InsufficientScopes');
  expect(await outcome(reader.entityChanges(entity))).toBe('403 InsufficientScopes');
  expect(await outcome(both.entityChanges(entity))).toHaveProperty('changes');
});

test.each(['secret', 'hook', '*', '', 'constructor', 'client\n', 'x'.repeat(10_000)])(
  'the kind %j has no such history',
  async (entityType) => {
    expect(await outcome(ask.entityChanges({ entityType, entityId: 'x' }))).toMatch(/^(400 InvalidRequestArguments|404 .*|414 .*|431 .*)$/);
  },
);
