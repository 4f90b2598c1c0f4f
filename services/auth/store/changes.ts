import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';

const Version = Type.Object({ number: Type.Integer(), completeSince: Type.Integer() });
const ClientRow = Type.Object({
  clientId: Type.String(),
  accessToken: Type.Unsafe<Buffer>({}),
  scopes: Type.Array(Type.String()),
  expires: Type.String(),
  disabled: Type.Boolean(),
  lastDateUsed: Type.String(),
  version: Type.Integer(),
});
const RoleRow = Type.Object({ roleId: Type.String(), scopes: Type.Array(Type.String()), version: Type.Integer() });
const RemovedRow = Type.Object({ kind: Type.String(), id: Type.String(), version: Type.Integer() });

/** The version moves on with every change of clients or roles that matters for access; removals are known since `completeSince`. */
export const accessVersion = async (db: Queryable) =>
  (await db.maybe(Version, sql`select number, complete_since as "completeSince" from auth.version`)) ?? { number: 0, completeSince: 0 };

/** Makes all other writers of clients and roles wait for the end of this transaction. First in a transaction, so that none can block another. */
export const lockAccess = async (tx: Tx): Promise<void> => void (await tx.run(sql`select 1 from auth.version for update`));

export const clientsSince = (db: Queryable, version: number) =>
  db.many(
    ClientRow,
    sql`
      select client_id as "clientId", access_token as "accessToken", scopes, expires, disabled, last_date_used as "lastDateUsed", version
      from auth.clients where version > ${version}`,
  );

/** In the order of their ids. */
export const rolesSince = (db: Queryable, version: number) =>
  db.many(RoleRow, sql`select role_id as "roleId", scopes, version from auth.roles where version > ${version} order by role_id`);

export const removedSince = (db: Queryable, version: number) =>
  db.many(RemovedRow, sql`select kind, id, version from auth.removed where version > ${version}`);

/** Forgets removals older than `days`, and notes that they were forgotten. Answers how many. */
export const forgetRemovals = async (db: Queryable, days: number): Promise<number> =>
  db.run(sql`
    with gone as (delete from auth.removed where removed < platform.now() - make_interval(days => ${days}) returning version),
    noted as (
      update auth.version set complete_since = greatest(complete_since, (select max(version) from gone))
      where exists (select 1 from gone) returning 1)
    select version from gone`);

/** Notes that clients were used, unless that was noted less than `staleMs` ago. */
export const noteUse = (db: Queryable, clientIds: readonly string[], staleMs: number) =>
  db.run(sql`
    update auth.clients set last_date_used = platform.now()
    where client_id = any(${clientIds}) and last_date_used < platform.now() - ${`${staleMs} milliseconds`}::interval`);
