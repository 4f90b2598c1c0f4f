import type { Client } from '@taskcluster/client';
import type { auth } from '@taskcluster/contracts';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { clientWith, outcome } from './fixture.ts';

let t: TestPlatform;
let ask: Client<typeof auth>;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'));
  ask = t.clients.auth;
  const role = (roleId: string, ...scopes: readonly string[]) => ask.createRole({ roleId }, { description: '', scopes });
  await role('everyone', 'queue:create-task:low:*');
  await role('project:*', 'assume:everyone', 'queue:route:index.<..>.*');
  await role('admin', 'queue:*', 'auth:*', 'hooks:*', 'index:*');
  await role('anonymous', 'queue:status:*');
  await clientWith(t, 'ci/build', ['assume:project:build', 'queue:create-artifact:*']);
});
afterAll(() => t.close());

test('why a client has a scope: the chain of roles that leads there', async () => {
  const answer = await ask.explainScopes({}, { clientId: 'ci/build', required: 'queue:create-task:low:proj/ci' });
  expect(answer).toEqual({
    satisfied: true,
    proofs: [
      {
        scope: 'queue:create-task:low:proj/ci',
        held: 'assume:project:build',
        steps: [
          { assumed: 'assume:project:build', roleId: 'project:*', written: 'assume:everyone', granted: 'assume:everyone' },
          { assumed: 'assume:everyone', roleId: 'everyone', written: 'queue:create-task:low:*', granted: 'queue:create-task:low:*' },
        ],
        by: 'queue:create-task:low:*',
      },
    ],
  });
});

test('which scope is missing: the smallest grant, and the roles that carry it', async () => {
  const required = {
    AllOf: ['queue:create-artifact:x', 'queue:route:index.other.y', { AnyOf: [{ AllOf: ['a', 'b'] }, 'queue:status:z'] }],
  };
  const answer = await ask.explainScopes({}, { clientId: 'ci/build', required });
  expect(answer).toMatchObject({
    satisfied: false,
    missing: 'queue:route:index.other.y',
    grant: {
      scopes: ['queue:route:index.other.y'],
      roles: [
        { roleId: 'project:*', assume: 'assume:project:other', gives: 4 },
        { roleId: 'admin', assume: 'assume:admin', gives: 5 },
      ],
    },
  });
  expect(answer.proofs.map(({ scope, held }) => [scope, held])).toEqual([
    ['queue:create-artifact:x', 'queue:create-artifact:*'],
    ['queue:status:z', 'assume:anonymous'],
  ]);
});

test('a role and a set of scopes can be asked about; what everybody holds is not among them', async () => {
  const scope = 'queue:route:index.build.x';
  expect(await ask.explainScopes({}, { roleId: 'project:*', required: scope })).toMatchObject({ satisfied: true });
  expect(await ask.explainScopes({}, { scopes: ['assume:project:build'], required: scope })).toMatchObject({ satisfied: true });
  expect(await ask.explainScopes({}, { scopes: ['assume:project:x'], required: scope })).toMatchObject({ satisfied: false });
  expect(await ask.explainScopes({}, { scopes: [], required: 'queue:status:x' })).toMatchObject({ satisfied: false });
});

test('a client that is disabled or has expired is said to be', async () => {
  const expires = new Date(t.clock.now() - 1000).toISOString();
  await ask.createClient({ clientId: 'ci/old' }, { description: '', expires, scopes: ['a'] });
  const question = { clientId: 'ci/old', required: 'a' };
  expect(await ask.explainScopes({}, question)).toMatchObject({ satisfied: true, unusable: 'expired' });
  await ask.disableClient({ clientId: 'ci/old' });
  expect(await ask.explainScopes({}, question)).toMatchObject({ satisfied: true, unusable: 'disabled' });
});

test('the caller can ask about itself; chains begin at what it was given only if it may read that', async () => {
  const narrow = await clientWith(t, 'ci/narrow', ['auth:current-scopes', 'assume:project:build']);
  const required = 'queue:create-task:low:proj/ci';
  expect((await narrow.explainScopes({}, { required })).proofs).toEqual([
    { scope: required, held: 'queue:create-task:low:*', steps: [], by: 'queue:create-task:low:*' },
  ]);
  const scopes = ['auth:current-scopes', 'auth:get-client:ci/open', 'auth:list-roles', 'assume:project:build'];
  const open = await clientWith(t, 'ci/open', scopes);
  expect((await open.explainScopes({}, { required })).proofs[0]?.steps.map((step) => step.roleId)).toEqual(['project:*', 'everyone']);
});

test('roles that the caller may not read are neither shown in a proof nor offered', async () => {
  const required = 'queue:create-task:low:proj/ci';
  const about = { clientId: 'ci/build', required };
  const none = await clientWith(t, 'ci/reader', ['auth:get-client:ci/*']);
  expect(await none.explainScopes({}, about)).toEqual({
    satisfied: true,
    proofs: [{ scope: required, held: 'queue:create-task:low:*', steps: [], by: 'queue:create-task:low:*', withheld: true }],
  });
  expect(await none.explainScopes({}, { ...about, required: 'index:x' })).toMatchObject({ grant: { scopes: ['index:x'] } });
  expect((await none.explainScopes({}, { ...about, required: 'index:x' })).grant).not.toHaveProperty('roles');
  const one = await clientWith(t, 'ci/reader-of-one', ['auth:get-client:ci/*', 'auth:get-role:everyone']);
  expect(JSON.stringify(await one.explainScopes({}, about))).not.toContain('project:*');
  const both = await clientWith(t, 'ci/reader-of-both', ['auth:get-client:ci/*', 'auth:get-role:everyone', 'auth:get-role:project:*']);
  expect((await both.explainScopes({}, about)).proofs[0]?.steps).toHaveLength(2);
});

test.each([
  ['a client', { clientId: 'ci/build' }, 'auth:get-client:ci/build'],
  ['a role', { roleId: 'project:*' }, 'auth:get-role:project:*'],
  ['scopes', { scopes: ['assume:admin'] }, 'auth:expand-scopes'],
  ['the caller', {}, 'auth:current-scopes'],
])('a question about %s needs the scope of the method that reads it, and no more', async (kind, about, scope) => {
  const clientId = `ci/may-ask-${kind.replace(' ', '-')}`;
  const question = { ...about, required: 'x' };
  const call = { ...about, service: 'queue', method: 'ping' };
  const without = await clientWith(t, `${clientId}-not`, ['auth:get-client:ci/buil', 'auth:get-role:project:', 'auth:expand', 'queue:*']);
  expect(await outcome(without.explainScopes({}, question))).toBe('403 InsufficientScopes');
  expect(await outcome(without.checkCall({}, call))).toBe('403 InsufficientScopes');
  const exactly = await clientWith(t, clientId, [scope]);
  expect(await outcome(exactly.explainScopes({}, question))).toMatchObject({ satisfied: false });
  expect(await outcome(exactly.checkCall({}, call))).toMatchObject({ satisfied: true });
});

test('whether there is a client or role is told to nobody who may not read it', async () => {
  const nobody = await clientWith(t, 'ci/nobody', []);
  for (const about of [{ clientId: 'ci/none' }, { clientId: 'ci/build' }, { roleId: 'none' }, { roleId: 'admin' }])
    expect(await outcome(nobody.explainScopes({}, { ...about, required: 'x' }))).toBe('403 InsufficientScopes');
  expect(await outcome(ask.explainScopes({}, { clientId: 'ci/none', required: 'x' }))).toBe('404 ResourceNotFound');
  expect(await outcome(ask.explainScopes({}, { roleId: 'none', required: 'x' }))).toBe('404 ResourceNotFound');
});
