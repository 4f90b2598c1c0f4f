import { silentLog } from '@taskcluster/log';
import { sql } from '@taskcluster/db';
import { migrationsIn } from '@taskcluster/db';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { openTestDatabase } from '@taskcluster/testing';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openAccess } from '../access.ts';
import { forgetRemovals } from '../store/changes.ts';
import { createTokenCipher } from '../token-cipher.ts';

let t: TestPlatform;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'));
});
afterAll(() => t.close());

const create = (roleId: string, ...scopes: string[]) => t.clients.auth.createRole({ roleId }, { description: 'for a test', scopes });
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (err: { code?: string }) => err.code,
  );

test('of two roles that would give each other, made at the same time, exactly one is made', async () => {
  for (let i = 0; i < 10; i++) {
    const outcomes = await Promise.all([
      outcome(create(`circle-a${i}`, `assume:circle-b${i}`)),
      outcome(create(`circle-b${i}`, `assume:circle-a${i}`)),
    ]);
    expect(new Set(outcomes)).toEqual(new Set(['InputError', 'done']));
  }
});

test('the same role created at the same time is one role, and every caller succeeds', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => create('together', 'b', 'a')));
  expect(new Set(made.map((r) => r.created)).size).toBe(1);
  expect(made[0]?.scopes).toEqual(['a', 'b']);
});

test('concurrent changes of different roles are all there afterwards', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, i) => create(`many-${i}`, `x:${i}`)));
  const { scopes } = await t.clients.auth.expandScopes({}, { scopes: ['assume:many-*'] });
  expect(scopes.filter((s) => s.startsWith('x:'))).toHaveLength(30);
});

test('a deleted role gives nothing any more, and can be made again', async () => {
  const expanded = async () => (await t.clients.auth.expandScopes({}, { scopes: ['assume:again'] })).scopes;
  await create('again', 'x');
  expect(await expanded()).toEqual(['assume:again', 'x']);
  await t.clients.auth.deleteRole({ roleId: 'again' });
  expect(await expanded()).toEqual(['assume:again']);
  await create('again', 'y');
  expect(await expanded()).toEqual(['assume:again', 'y']);
});

test('a role with a parameter that is ambiguous is refused', async () => {
  expect(await outcome(create('ambiguous*', 'a:*<..>'))).toBe('InputError');
});

test('another process learns changes and removals, also when it was away while they were forgotten', async () => {
  const migrations = migrationsIn('auth', join(import.meta.dirname, '../migrations'));
  const database = await openTestDatabase(inject('postgres'), [migrations]);
  const { db, clock } = database;
  const put = (roleId: string, scope: string) =>
    db.run(sql`insert into auth.roles (role_id, description, scopes) values (${roleId}, '', ${[scope]})`);
  await put('kept', 'k');
  await put('gone', 'g');
  const access = await openAccess({ db, cipher: createTokenCipher(Buffer.alloc(32)), log: silentLog, now: clock.now });
  const expanded = async () => {
    await access.refresh();
    return access.authority.expand(['assume:kept', 'assume:gone', 'assume:new']).filter((s) => !s.startsWith('assume:'));
  };
  expect(await expanded()).toEqual(['g', 'k']);
  await db.run(sql`delete from auth.roles where role_id = 'gone'`);
  expect(await expanded()).toEqual(['k']);
  await db.tx(async (tx) => {
    await tx.run(sql`delete from auth.roles where role_id = 'kept'`);
    await tx.run(sql`insert into auth.roles (role_id, description, scopes) values ('new', '', ${['n']})`);
    await tx.run(sql`update auth.removed set removed = platform.now() - interval '2 days'`);
    expect(await forgetRemovals(tx, 1)).toBe(2);
  });
  expect(await expanded()).toEqual(['n']);
  await access.close();
  await database.close();
});
