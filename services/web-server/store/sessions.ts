import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';

const Hash = Type.Object({ hash: Type.Unsafe<Buffer>({}) });
const Session = Type.Object({ label: Type.String() });

export const insertCode = (db: Queryable, hash: Buffer) =>
  db.run(sql`insert into web.codes (hash, expires) values (${hash}, platform.now() + interval '15 minutes')`);

/** Uses a code up: true for exactly one of those who try, and only in time. */
export const takeCode = async (tx: Tx, hash: Buffer): Promise<boolean> =>
  (await tx.maybe(Hash, sql`delete from web.codes where hash = ${hash} and expires > platform.now() returning hash`)) !== undefined;

export const insertSession = (tx: Tx, { hash, label }: { readonly hash: Buffer; readonly label: string }) =>
  tx.run(sql`insert into web.sessions (hash, label, expires) values (${hash}, ${label}, platform.now() + interval '30 days')`);

/** A session that has not lapsed; using it gives it another 30 days. */
export const touchSession = (db: Queryable, hash: Buffer) =>
  db.maybe(
    Session,
    sql`update web.sessions set expires = platform.now() + interval '30 days' where hash = ${hash} and expires > platform.now() returning label`,
  );

export const removeSession = (db: Queryable, hash: Buffer) => db.run(sql`delete from web.sessions where hash = ${hash}`);

/** Removes codes and sessions that have lapsed; answers how many. */
export const removeLapsed = async (db: Queryable): Promise<number> =>
  (await db.run(sql`delete from web.codes where expires <= platform.now()`)) +
  (await db.run(sql`delete from web.sessions where expires <= platform.now()`));
