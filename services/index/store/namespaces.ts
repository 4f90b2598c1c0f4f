import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { type Static, Type } from 'typebox';
import type { Place } from '../domain/path.ts';

const NamespaceRow = Type.Object({ namespace: Type.String(), name: Type.String(), expires: Type.String() });
export type NamespaceRow = Static<typeof NamespaceRow>;

/**
 * Makes namespaces that are missing and extends those that would expire before `expires`. What lasts long enough is not touched, so
 * that insertions do not wait for each other at the root of the tree; the others are taken in the order of their keys.
 */
export const ensureNamespaces = (tx: Tx, places: readonly Place[], expires: string) =>
  tx.run(sql`
    insert into index.namespaces as n (parent, name, expires)
    select p.parent, p.name, ${expires}::timestamptz
    from unnest(${places.map((p) => p.namespace)}::text[], ${places.map((p) => p.name)}::text[]) as p (parent, name)
    where not exists (
      select from index.namespaces h where h.parent = p.parent and h.name = p.name and h.expires >= ${expires}::timestamptz)
    order by p.parent collate "C", p.name collate "C"
    on conflict (parent, name) do update set expires = greatest(n.expires, excluded.expires)`);

/** The namespaces directly below a namespace that have not expired, in the order of their names, after a name. */
export const namespacesIn = (
  db: Queryable,
  { namespace, after, limit }: { readonly namespace: string; readonly after: string; readonly limit: number },
) =>
  db.many(
    NamespaceRow,
    sql`
      select parent as namespace, name, expires from index.namespaces
      where parent = ${namespace} and name > ${after} and expires > platform.now() order by name limit ${limit}`,
  );

/** Deletes namespaces past their expiry, which is after that of all tasks in them. Each row is taken by one process. */
export const deleteExpiredNamespaces = (db: Queryable, limit: number) =>
  db.run(sql`
    with expired as materialized (
      select parent, name from index.namespaces where expires < platform.now() order by expires limit ${limit} for update skip locked)
    delete from index.namespaces n using expired e where n.parent = e.parent and n.name = e.name`);
