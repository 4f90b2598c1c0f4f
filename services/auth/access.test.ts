import { connect, sql } from '@taskcluster/db';
import { startWire } from '@taskcluster/db/testing';
import { type Log, silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { authService, createTokenCipher, openAccess, syncStaticClients } from './index.ts';

const cipher = createTokenCipher(Buffer.alloc(32, 7));
const root = { clientId: 'static/taskcluster/root', accessToken: 'root-token', scopes: ['*'], description: 'May do everything.' };
const queue = { clientId: 'static/taskcluster/queue', accessToken: 'queue-token', scopes: ['queue:*'], description: 'The queue.' };

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'), [authService.migrations ?? { owner: 'auth', steps: [] }]);
});
afterAll(() => t.close());

/** A process of its own, with what it logs. */
const open = async (connectionString = t.connectionString, maxConnections = 4) => {
  const errors: object[] = [];
  const log: Log = { ...silentLog, error: (fields) => void errors.push(fields), child: () => log };
  const db = connect({ connectionString, log: silentLog, checkRows: true, maxConnections });
  const access = await openAccess({ db, cipher, log, now: t.clock.now });
  onTestFinished(async () => {
    await access.close();
    await db.close();
  });
  return { ...access, db, errors };
};
/** Writes a client as nobody should: without a word to anybody. */
const put = (clientId: string, accessToken: Buffer, scopes: readonly string[] = []) =>
  t.db.run(sql`
    insert into auth.clients (client_id, description, access_token, scopes, expires)
    values (${clientId}, '', ${accessToken}, ${scopes}, platform.now() + interval '1 day')
    on conflict (client_id) do update set access_token = excluded.access_token, scopes = excluded.scopes`);
/** The net under lost wake-ups looks every half a second. */
const soon = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

test('static clients are what the configuration says: made, changed, enabled and removed', async () => {
  await syncStaticClients(t.db, cipher, [root, queue]);
  const { authority, refresh } = await open();
  expect(authority.findClient(root.clientId)).toMatchObject({ accessToken: 'root-token', scopes: ['*'], disabled: false });

  await t.db.run(sql`update auth.clients set disabled = true, scopes = '{}' where client_id = ${queue.clientId}`);
  await put('ordinary', cipher.encrypt('ordinary', 'x'));
  await syncStaticClients(t.db, cipher, [root, { ...queue, accessToken: 'new-token' }]);
  await refresh();
  expect(authority.findClient(queue.clientId)).toMatchObject({ accessToken: 'new-token', scopes: ['queue:*'], disabled: false });

  await syncStaticClients(t.db, cipher, [root]);
  await refresh();
  expect(authority.findClient(queue.clientId)).toBeUndefined();
  expect(authority.findClient('ordinary')).toMatchObject({ accessToken: 'x' });
});

test('a client that is configured as before stays as it is, and a token that cannot be read is written anew', async () => {
  const Dates = Type.Object({ modified: Type.String(), rotated: Type.String(), token: Type.String() });
  const dates = () =>
    t.db.many(
      Dates,
      sql`
        select last_modified as modified, last_rotated as rotated, encode(access_token, 'hex') as token
        from auth.clients where client_id = any(${[root.clientId, queue.clientId]}) order by client_id`,
    );
  await syncStaticClients(t.db, cipher, [root, queue]);
  const first = await dates();
  await t.clock.advance('1h');
  await syncStaticClients(t.db, cipher, [root, queue]);
  expect(await dates()).toEqual(first);

  await syncStaticClients(t.db, cipher, [root, { ...queue, description: 'Another text.' }]);
  const [queueThen, rootThen] = await dates();
  expect(rootThen).toEqual(first[1]);
  expect(queueThen).toMatchObject({ rotated: first[0]?.rotated, token: first[0]?.token });
  expect(queueThen?.modified).not.toBe(first[0]?.modified);

  await t.db.run(sql`update auth.clients set disabled = true where client_id = ${queue.clientId}`);
  await syncStaticClients(t.db, cipher, [root, { ...queue, description: 'Another text.' }]);
  expect((await open()).authority.findClient(queue.clientId)).toMatchObject({ disabled: false });

  await syncStaticClients(t.db, createTokenCipher(Buffer.alloc(32, 8)), [root, queue]);
  expect((await dates()).map((d) => d.token)).not.toContain(first[0]?.token);
  await syncStaticClients(t.db, cipher, [root, queue]);
});

test('a static client says in its description what it is', async () => {
  await syncStaticClients(t.db, cipher, [root]);
  const rows = await t.db.many(
    Type.Object({ description: Type.String() }),
    sql`select description from auth.clients where client_id = ${root.clientId}`,
  );
  expect(rows[0]?.description).toMatch(/^May do everything\.\n\nThis is a static client: /);
});

test('processes that start at the same time agree', async () => {
  await Promise.all(Array.from({ length: 5 }, () => syncStaticClients(t.db, cipher, [root, queue])));
  expect((await open()).authority.findClient(root.clientId)).toMatchObject({ accessToken: 'root-token' });
});

test('tokens are not in the database as they are', async () => {
  const Text = Type.Object({ text: Type.String() });
  await syncStaticClients(t.db, cipher, [root]);
  const rows = await t.db.many(Text, sql`select encode(access_token, 'escape') || client_id || description as text from auth.clients`);
  expect(rows.map((r) => r.text).join()).not.toContain('root-token');
});

test('a change that nobody announced is seen all the same: a token, scopes, disabling, removal, a role', async () => {
  const { authority } = await open();
  await put('quiet', cipher.encrypt('quiet', 'one'), ['assume:quiet']);
  await soon(() => expect(authority.findClient('quiet')).toMatchObject({ accessToken: 'one', disabled: false }));
  await put('quiet', cipher.encrypt('quiet', 'two'), ['assume:quiet']);
  await soon(() => expect(authority.findClient('quiet')).toMatchObject({ accessToken: 'two' }));
  await t.db.run(sql`insert into auth.roles (role_id, description, scopes) values ('quiet', '', '{a:b}')`);
  await soon(() => expect(authority.expand(['assume:quiet'])).toContain('a:b'));
  await t.db.run(sql`delete from auth.roles where role_id = 'quiet'`);
  await soon(() => expect(authority.expand(['assume:quiet'])).not.toContain('a:b'));
  await t.db.run(sql`update auth.clients set disabled = true where client_id = 'quiet'`);
  await soon(() => expect(authority.findClient('quiet')).toMatchObject({ disabled: true }));
  await t.db.run(sql`delete from auth.clients where client_id = 'quiet'`);
  await soon(() => expect(authority.findClient('quiet')).toBeUndefined());
});

test('what is not a matter of access moves nothing', async () => {
  const Version = Type.Object({ number: Type.Integer() });
  const version = async () => (await t.db.maybe(Version, sql`select number from auth.version`))?.number;
  await put('used', cipher.encrypt('used', 'x'));
  const before = await version();
  await t.db.run(sql`update auth.clients set last_date_used = platform.now(), description = 'other' where client_id = 'used'`);
  expect(await version()).toBe(before);
});

test('a client whose token cannot be read is refused and told to the log, and all others stay current', async () => {
  await put('damaged', cipher.encrypt('damaged', 'x'));
  const { authority, refresh, errors } = await open();
  expect(authority.findClient('damaged')).toBeDefined();
  await put('damaged', cipher.encrypt('another', 'x'));
  await put('intact', cipher.encrypt('intact', 'x'));
  await refresh();
  expect(authority.findClient('damaged')).toBeUndefined();
  expect(authority.findClient('intact')).toBeDefined();
  expect(errors).toMatchObject([{ clientId: 'damaged' }]);
  // A process that starts now starts.
  expect((await open()).authority.findClient('intact')).toBeDefined();
  await put('damaged', cipher.encrypt('damaged', 'healed'));
  await refresh();
  expect(authority.findClient('damaged')).toMatchObject({ accessToken: 'healed' });
});

test('while the database is away what was known stays in force, and the log is told once', async () => {
  await put('steady', cipher.encrypt('steady', 'x'));
  const { authority, errors, db, close } = await open();
  await db.close();
  await soon(() => expect(errors).toHaveLength(1));
  expect(authority.findClient('steady')).toBeDefined();
  await close();
  expect(errors).toHaveLength(1);
});

test('a revocation is known within seconds although the connection to the database went silent', async () => {
  await put('vanishing', cipher.encrypt('vanishing', 'x'));
  const wire = await startWire(t.connectionString);
  onTestFinished(() => wire.stop());
  const { authority } = await open(wire.connectionString, 1);
  expect(authority.findClient('vanishing')).toBeDefined();
  wire.forget();
  await t.db.run(sql`delete from auth.clients where client_id = 'vanishing'`);
  await soon(() => expect(authority.findClient('vanishing')).toBeUndefined());
});
