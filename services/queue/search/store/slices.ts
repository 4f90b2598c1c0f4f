import { type Queryable, type Sql, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import type { Key } from './search.ts';

const Time = Type.Union([Type.String(), Type.Null()]);
const SliceRow = Type.Object({ starts: Time, ends: Time, open: Type.Integer(), completed: Type.Integer(), failed: Type.Integer() });

export interface Range {
  readonly from: string | undefined;
  readonly before: Key | undefined;
  /** Most slices. */
  readonly limit: number;
}

/** Slices `s` in which there is something below this place. */
export const startsBefore = (before: Key | undefined): Sql =>
  before ? sql`(s.starts, '') < (${before[0]}::timestamptz, ${before[1]})` : sql`true`;

/** The slices in which there is something of a time range, the newest first. */
export const slicesIn = (db: Queryable, { from, before, limit }: Range) =>
  db.many(
    SliceRow,
    sql`
      select nullif(starts, '-infinity') as starts, nullif(ends, 'infinity') as ends, open, completed, failed
      from (select *, lead(starts, 1, 'infinity') over (order by starts) as ends from queue.search_slices) s
      where ${startsBefore(before)} and s.ends > coalesce(${from ?? null}::timestamptz, '-infinity')
      order by s.starts desc limit ${limit}`,
  );

/** Most entries that go to a new slice because they were created after its start: their creators' clocks are ahead. */
const maxMoved = 1_000;

const Full = Type.Object({ slice: Type.Integer(), isNewest: Type.Boolean(), isOldest: Type.Boolean() });

/**
 * Begins a new slice where the newest one is full, and, while older tasks are being added, below the oldest one. A task of the past goes
 * to its slice, also when that is full: a request may be created a quarter of an hour late.
 */
export const beginSlices = async (tx: Tx, size: number, filling: boolean): Promise<void> => {
  const full = await tx.many(
    Full,
    sql`
      select slice, "isNewest", "isOldest" from (
        select slice, open + completed + failed as size, starts = '-infinity' as "isOldest",
          lead(slice) over (order by starts) is null as "isNewest"
        from queue.search_slices) s
      where size >= ${size} and ("isNewest" or ("isOldest" and ${filling}::boolean))`,
  );
  for (const { slice, isNewest, isOldest } of full) {
    if (isOldest && filling) await beginBelow(tx, slice);
    if (isNewest) await beginAbove(tx, slice);
  }
};

// Above the oldest entry of this slice. Entries that expired still count, so it may have none: then the oldest of all are in another slice.
const beginBelow = async (tx: Tx, slice: number) => {
  const begun = await tx.run(sql`
    update queue.search_slices set starts = oldest.created
    from (
      select created from queue.search
      where created < coalesce((select min(starts) from queue.search_slices where starts > '-infinity'), 'infinity')
      order by created, task_id limit 1) oldest
    where slice = ${slice}`);
  if (begun > 0) await tx.run(sql`insert into queue.search_slices (starts) values ('-infinity')`);
};

const Begun = Type.Object({ slice: Type.Integer() });
// Above its newest entry, so that none has to move; but an entry from the future must not keep the slice open until then.
const beginAbove = async (tx: Tx, slice: number) => {
  const begun = await tx.maybe(
    Begun,
    sql`
      insert into queue.search_slices (starts)
      select greatest(
        least((select created from queue.search order by created desc, task_id desc limit 1), platform.now()),
        (select created from queue.search order by created desc, task_id desc offset ${maxMoved} limit 1)) + interval '1 ms' as boundary
      from queue.search_slices s where s.slice = ${slice} on conflict do nothing returning slice`,
  );
  if (!begun) return;
  await tx.run(sql`
    with moved as (
      update queue.search s set slice = ${begun.slice}
      from queue.search_slices n where n.slice = ${begun.slice} and s.created >= n.starts returning s.resolved)
    update queue.search_slices set open = n.open, completed = n.completed, failed = n.failed
    from (
      select count(*) filter (where resolved is null) as open, count(*) filter (where resolved = 'completed') as completed,
        count(*) filter (where resolved in ('failed', 'exception')) as failed
      from moved) n
    where slice = ${begun.slice}`);
};

/** Forgets slices whose tasks have all expired; their time belongs to the slice before, or to the next one if there is none. */
export const forgetEmptySlices = async (tx: Tx): Promise<number> => {
  const forgotten = await tx.run(sql`
    delete from queue.search_slices where slice in (
      select slice from (select slice, starts, lead(starts) over (order by starts) as ends from queue.search_slices) s
      where ends is not null and not exists (select from queue.search e where e.created >= s.starts and e.created < s.ends))`);
  if (forgotten > 0)
    await tx.run(sql`
      update queue.search_slices set starts = '-infinity'
      where starts = (select min(starts) from queue.search_slices) and starts > '-infinity'`);
  return forgotten;
};

/**
 * Puts new entries of the index of terms in their places. Otherwise every search would go through the list in which they wait. Only the owner
 * of the index may; for others PostgreSQL does it when the list is long.
 */
export const placeTerms = (tx: Tx) =>
  tx.run(sql`
    select gin_clean_pending_list(oid) from pg_class where oid = 'queue.search_terms'::regclass and pg_has_role(relowner, 'usage')`);
