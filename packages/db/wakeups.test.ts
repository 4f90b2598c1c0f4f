import { silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { connect, type Database, script, sql } from './index.ts';

const Pid = Type.Object({ pid: Type.Integer() });

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
});
afterAll(() => t.close());

const another = (): Database => {
  const db = connect({ connectionString: t.connectionString, log: silentLog });
  onTestFinished(() => db.close());
  return db;
};

/** Collects the keys that are heard; `heard` waits for one. */
const ear = (db: Database, channel: string) => {
  const keys: string[] = [];
  let listening = Promise.withResolvers<void>();
  const off = db.wakeups.on(channel, (key) => {
    keys.push(key);
    listening.resolve();
    listening = Promise.withResolvers<void>();
  });
  const heard = async (key: string) => {
    while (!keys.includes(key)) await listening.promise;
  };
  return { keys, heard, off };
};

test('who listens in the same process is woken when the transaction has committed, not before', async () => {
  const { keys } = ear(t.db, 'commit');
  await t.db.tx(async (tx) => {
    tx.wake('commit', 'key');
    await tx.run(sql`select 1`);
    expect(keys).not.toContain('key');
  });
  expect(keys).toContain('key');
});

test('a transaction that was rolled back wakes nobody, here or elsewhere', async () => {
  const there = another();
  const here = ear(t.db, 'rollback');
  const far = ear(there, 'rollback');
  await far.heard('');
  const failed = t.db.tx(async (tx) => {
    tx.wake('rollback', 'undone');
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  await t.db.tx(async (tx) => tx.wake('rollback', 'done'));
  await far.heard('done');
  expect([...here.keys, ...far.keys]).not.toContain('undone');
});

test('what was wished in an attempt that failed is forgotten with it', async () => {
  const { keys } = ear(t.db, 'again');
  let attempt = 0;
  await t.db.tx(async (tx) => {
    tx.wake('again', `attempt ${++attempt}`);
    if (attempt === 1) await tx.run(script(`do $$ begin raise exception 'once' using errcode = '40001'; end $$`));
  });
  expect(keys.filter((key) => key !== '')).toEqual(['attempt 2']);
});

test('other processes of the database are woken too, and each once', async () => {
  const there = another();
  const here = ear(t.db, 'far');
  const far = ear(there, 'far');
  await far.heard('');
  await t.db.tx(async (tx) => {
    tx.wake('far', 'a');
    tx.wake('far', 'a');
    tx.wake('far');
  });
  await t.db.tx(async (tx) => tx.wake('far', 'last'));
  await far.heard('last');
  expect(far.keys.filter((key) => key === 'a')).toEqual(['a']);
  // Who sent it does not hear its own echo.
  await there.tx(async (tx) => tx.wake('far', 'echo'));
  await here.heard('echo');
  expect(here.keys.filter((key) => key === 'a')).toEqual(['a']);
});

test('only the channel that was named is woken', async () => {
  const there = another();
  const right = ear(there, 'right');
  const wrong = ear(there, 'right.too');
  await right.heard('');
  await t.db.tx(async (tx) => {
    tx.wake('right', 'x y');
    tx.wake('wrong', 'z');
  });
  await right.heard('x y');
  expect(wrong.keys.filter((key) => key !== '')).toEqual([]);
});

test('more keys than fit into one notification all arrive', async () => {
  const there = another();
  const far = ear(there, 'many');
  await far.heard('');
  const keys = Array.from({ length: 500 }, (_, i) => `${'ü'.repeat(100)} ${i}`);
  await t.db.tx(async (tx) => {
    for (const key of keys) tx.wake('many', key);
  });
  await far.heard(keys.at(-1) ?? '');
  expect(far.keys.filter((key) => key !== '')).toEqual(keys);
});

test.each([
  ['with a line break', 'a\nb'],
  ['with a NUL character', 'a\0b'],
  ['that is too long', 'k'.repeat(9_000)],
])('a key %s wakes everybody who listens elsewhere', async (_, key) => {
  const there = another();
  const here = ear(t.db, 'odd');
  const far = ear(there, 'odd');
  await far.heard('');
  far.keys.length = 0;
  await t.db.tx(async (tx) => tx.wake('odd', key));
  await far.heard('');
  expect(here.keys).toContain(key);
});

test('who ended listening hears nothing more', async () => {
  const { keys, off } = ear(t.db, 'off');
  off();
  await t.db.tx(async (tx) => tx.wake('off', 'x'));
  expect(keys).not.toContain('x');
});

test('a listener that throws takes nothing from the transaction that woke it or from other listeners', async () => {
  t.db.wakeups.on('thrower', () => {
    throw new Error('no');
  });
  const { keys } = ear(t.db, 'thrower');
  expect(await t.db.tx(async (tx) => (tx.wake('thrower', 'x'), 'committed'))).toBe('committed');
  expect(keys).toContain('x');
});

test('a listener that begins to listen while it is woken is not woken for ever', async () => {
  let count = 0;
  const listen = () => {
    count++;
    t.db.wakeups.on('growing', listen);
  };
  listen();
  await t.db.tx(async (tx) => tx.wake('growing', 'x'));
  expect(count).toBeLessThan(10);
});

test('a lost connection is made again, and then everybody looks, because nobody knows what was missed', async () => {
  const there = another();
  const here = ear(t.db, 'reconnect');
  const far = ear(there, 'reconnect');
  await far.heard('');
  far.keys.length = 0;
  const listeners = sql`select pid from pg_stat_activity where datname = current_database() and application_name = 'taskcluster wake-ups'`;
  for (const { pid } of await t.db.many(Pid, listeners)) await t.db.run(sql`select pg_terminate_backend(${pid}, 10000)`);
  // Sent while nobody listens.
  await t.db.tx(async (tx) => tx.wake('reconnect', 'missed'));
  await Promise.all([here.heard(''), far.heard('')]);
  expect(far.keys).not.toContain('missed');
  await t.db.tx(async (tx) => tx.wake('reconnect', 'after'));
  await far.heard('after');
});

test('what was committed just before closing still wakes others', async () => {
  const far = ear(t.db, 'closing');
  const leaving = connect({ connectionString: t.connectionString, log: silentLog });
  await leaving.tx(async (tx) => tx.wake('closing', 'goodbye'));
  await leaving.close();
  await far.heard('goodbye');
});

test('nothing is connected after closing', async () => {
  const closed = connect({ connectionString: t.connectionString, log: silentLog });
  const { keys } = ear(closed, 'closed');
  await closed.close();
  ear(closed, 'closed');
  closed.wakeups.emitAll([['closed', 'x']]);
  expect(keys).toContain('x');
});
