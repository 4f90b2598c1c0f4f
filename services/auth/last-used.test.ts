import { migrationsIn, sql } from '@taskcluster/db';
import { authenticate, authorizationHeader } from '@taskcluster/hawk';
import { silentLog } from '@taskcluster/log';
import { openTestDatabase } from '@taskcluster/testing';
import { join } from 'node:path';
import { Type } from 'typebox';
import { expect, inject, test } from 'vitest';
import { openAccess } from './access.ts';
import { createTokenCipher } from './token-cipher.ts';

test('the last use of a client is noted when the noted one is older than six hours, and not before (C4+, C4-)', async () => {
  const { db, clock, close } = await openTestDatabase(inject('postgres'), [migrationsIn('auth', join(import.meta.dirname, 'migrations'))]);
  const cipher = createTokenCipher(Buffer.alloc(32));
  const rightToken = 'a'.repeat(44);
  await db.run(sql`
    insert into auth.clients (client_id, description, access_token, scopes, expires)
    values ('me', '', ${cipher.encrypt('me', rightToken)}, ${[]}, platform.now() + interval '1 year')`);
  /** Whether a use after this time is noted. */
  const notedAfter = async (hours: number, token = rightToken): Promise<boolean> => {
    const proven = token === rightToken;
    await clock.advance(`${hours}h`);
    const access = await openAccess({ db, cipher, log: silentLog, now: clock.now });
    const request = { method: 'GET', resource: '/', host: 'localhost', port: 80 };
    const signedWith = (accessToken: string) =>
      authorizationHeader({ credentials: { clientId: 'me', accessToken }, method: 'GET', url: 'http://localhost/', now: clock.now() });
    expect(authenticate({ ...request, authorization: signedWith(token) }, access.authority).status).toBe(
      proven ? 'auth-success' : 'auth-failed',
    );
    await access.close();
    const row = await db.maybe(
      Type.Object({ recent: Type.Boolean() }),
      sql`select last_date_used > platform.now() - interval '1 minute' as recent from auth.clients where client_id = 'me'`,
    );
    return row?.recent ?? false;
  };
  expect(await notedAfter(5)).toBe(false);
  expect(await notedAfter(2, 'b'.repeat(44))).toBe(false);
  expect(await notedAfter(0)).toBe(true);
  await close();
});
