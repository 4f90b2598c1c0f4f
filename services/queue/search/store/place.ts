import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { type Static, Type } from 'typebox';

const Place = Type.Object({
  after: Type.String(),
  /** The end of the page that is being worked on. */
  upto: Type.String(),
  lastId: Type.Integer(),
  filled: Type.Boolean(),
  now: Type.String(),
  /** The newest message of all. */
  newestId: Type.Integer(),
  /** Long not looked at. The platform keeps what the index has not read, but the log may be another one: a dump was restored, or messages were removed by hand. */
  stale: Type.Boolean(),
});
export type Place = Static<typeof Place>;

/** Holds the place until the transaction ends; undefined while another process holds it. */
export const takePlace = async (tx: Tx) => {
  // What is lost in a crash of PostgreSQL is indexed again: the place and the index are written together.
  await tx.run(sql`set local synchronous_commit = off`);
  return tx.maybe(
    Place,
    sql`
      select after, coalesce(upto, pg_current_snapshot()::text) as upto, last_id as "lastId", filled, platform.now() as now,
        coalesce((select max(id) from platform.messages), 0) as "newestId",
        indexed_to < platform.now() - interval '6 hours' as stale
      from queue.search_place for update skip locked`,
  );
};

const Unread = Type.Object({ after: Type.String() });
/** The place from which messages have to be kept for the index, however old they are. A page that is being worked on counts from its beginning. */
export const unreadByIndex = async (db: Queryable): Promise<readonly string[]> =>
  (await db.many(Unread, sql`select after from queue.search_place`)).map((place) => place.after);

export interface Advance {
  readonly after: string;
  readonly upto: string | null;
  readonly lastId: number;
  readonly indexedTo: string;
}
export const advancePlace = (tx: Tx, { after, upto, lastId, indexedTo }: Advance) =>
  tx.run(sql`
    update queue.search_place
    set after = ${after}, upto = ${upto}, last_id = ${lastId}, indexed_to = greatest(indexed_to, ${indexedTo}::timestamptz)`);

const Progress = Type.Object({ behindMs: Type.Integer(), filled: Type.Boolean() });
/** How far the index is behind the present, and whether it holds the tasks from before it was made. */
export const progress = async (db: Queryable) =>
  (await db.maybe(
    Progress,
    sql`
      select greatest(0, extract(epoch from platform.now() - indexed_to) * 1000)::int8 as "behindMs", filled from queue.search_place`,
  )) ?? { behindMs: 0, filled: false };
