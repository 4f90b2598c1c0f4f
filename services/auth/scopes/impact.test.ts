import type { Client } from '@taskcluster/client';
import type { auth, RoleImpactResponse } from '@taskcluster/contracts';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { clientWith, outcome } from './fixture.ts';

let t: TestPlatform;
let ask: Client<typeof auth>;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'));
  ask = t.clients.auth;
  const role = (roleId: string, ...scopes: readonly string[]) => ask.createRole({ roleId }, { description: '', scopes });
  await role('base', 'base:a', 'base:b');
  await role('team:*', 'assume:base', 'team:<..>:*');
  await role('other', 'base:*');
  await clientWith(t, 'c/team', ['assume:team:x']);
  await clientWith(t, 'c/covered', ['assume:team:x', 'base:*']);
  await clientWith(t, 'c/apart', ['assume:other']);
});
afterAll(() => t.close());

const lines = ({ changes }: RoleImpactResponse) =>
  changes.map(({ kind, id, gained, lost }) => [`${kind} ${id}`, ...gained.map((s) => `+${s}`), ...lost.map((s) => `-${s}`)].join(' '));

test('who gains and loses what when a role changes: roles and clients that come upon it, and nobody else', async () => {
  const answer = await ask.roleImpact({}, { roleId: 'base', scopes: ['base:a', 'new:*'] });
  expect(answer).toMatchObject({ valid: true, exists: true });
  expect(answer).not.toHaveProperty('everybody');
  expect(lines(answer)).toEqual([
    'role base +new:* -base:b',
    'role team:* +new:* -base:b',
    'client c/covered +new:*',
    'client c/team +new:* -base:b',
  ]);
});

test('what is foretold is what happens', async () => {
  const before = (await ask.client({ clientId: 'c/team' })).expandedScopes;
  const scopes = ['base:b', 'base:c'];
  const foretold = (await ask.roleImpact({}, { roleId: 'base', scopes })).changes.find(({ id }) => id === 'c/team');
  await ask.updateRole({ roleId: 'base' }, { description: '', scopes });
  const after = (await ask.client({ clientId: 'c/team' })).expandedScopes;
  expect(foretold?.gained).toEqual(after.filter((scope) => !before.includes(scope)));
  expect(foretold?.lost).toEqual(before.filter((scope) => !after.includes(scope)));
  await ask.updateRole({ roleId: 'base' }, { description: '', scopes: ['base:a', 'base:b'] });
});

test('deleting a role takes away what it gave; a role that there is not gives to those who assume it already', async () => {
  expect(lines(await ask.roleImpact({}, { roleId: 'team:*', delete: true }))).toEqual([
    'role team:* -assume:base -base:a -base:b -team:*',
    'client c/covered -assume:base -team:x:*',
    'client c/team -assume:base -base:a -base:b -team:x:*',
  ]);
  const absent = await ask.roleImpact({}, { roleId: 'team:x', scopes: ['q'] });
  expect(absent.exists).toBe(false);
  expect(lines(absent)).toEqual(['role team:* +q', 'role team:x +q', 'client c/covered +q', 'client c/team +q']);
  expect(lines(await ask.roleImpact({}, { roleId: 'nobody-has-it', delete: true }))).toEqual([]);
});

test('what everybody would gain is said first', async () => {
  const answer = await ask.roleImpact({}, { roleId: 'anonymous', scopes: ['queue:status:*'] });
  expect(answer.everybody).toMatchObject({ gained: ['queue:status:*'], lost: [] });
  expect(lines(answer)).toEqual(['role anonymous +queue:status:*']);
});

test.each([
  ['a circle', ['assume:team:x'], { kind: 'cycle', cycle: ['base', 'team:*'] }],
  ['a circle with itself', ['assume:base'], { kind: 'cycle', cycle: ['base'] }],
  ['everything', ['*'], { kind: 'cycle', cycle: ['base'] }],
  ['two stars', ['a**'], { kind: 'scope', scope: 'a**' }],
])('a change that would be refused is explained: %s', async (_, scopes, problem) => {
  const answer = await ask.roleImpact({}, { roleId: 'base', scopes });
  expect(answer).toMatchObject({ valid: false, problem, changes: [] });
  expect(await outcome(ask.updateRole({ roleId: 'base' }, { description: '', scopes }))).toBe('400 InputError');
});

test('a parameter that cannot be used is explained', async () => {
  const answer = await ask.roleImpact({}, { roleId: 'x*', scopes: ['a<..>b<..>'] });
  expect(answer).toMatchObject({ valid: false, exists: false, problem: { kind: 'scope', scope: 'a<..>b<..>' } });
});

test('the answer comes in pages, and they are the whole', async () => {
  const question = { roleId: 'base', scopes: ['z'] };
  const whole = lines(await ask.roleImpact({}, question));
  expect(whole).toHaveLength(4);
  for (const limit of ['1', '2', '3']) {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await ask.roleImpact({ limit, ...(token === undefined ? {} : { continuationToken: token }) }, question);
      expect(page.changes.length).toBeLessThanOrEqual(Number(limit));
      found.push(...lines(page));
      token = page.continuationToken;
    } while (token !== undefined);
    expect(found).toEqual(whole);
  }
});

test('of a long list a hundred scopes are shown, and all are counted', async () => {
  const scopes = Array.from({ length: 250 }, (_, i) => `many:${i}`);
  const [change] = (await ask.roleImpact({}, { roleId: 'new', scopes })).changes;
  expect(change?.gained).toHaveLength(100);
  expect(change).toMatchObject({ gainedCount: 250, lostCount: 0 });
});

test('it needs the scopes to list roles and clients, both of them', async () => {
  for (const scopes of [
    ['auth:list-roles', 'auth:get-*'],
    ['auth:list-clients', 'auth:update-role:*'],
  ]) {
    const caller = await clientWith(t, `c/may-not-${scopes.length}${scopes[0]?.length}`, scopes);
    expect(await outcome(caller.roleImpact({}, { roleId: 'base', delete: true }))).toBe('403 InsufficientScopes');
  }
  const caller = await clientWith(t, 'c/may', ['auth:list-roles', 'auth:list-clients']);
  expect(await outcome(caller.roleImpact({}, { roleId: 'base', delete: true }))).toMatchObject({ valid: true });
});

test.each([
  ['nothing intended', { roleId: 'base' }],
  ['both intended', { roleId: 'base', scopes: [], delete: true }],
])('%s is an input error', async (_, question) => {
  expect(await outcome(ask.roleImpact({}, question))).toBe('400 InputError');
});
