import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { inRange, planned, type Search } from './search.ts';

const Share = Type.Object({ share: Type.Number() });
/** Which share of the newest `size` entries has each of these terms (texts of a `tsquery`), in their order. 0.3 µs for an entry and a term. */
export const sharesOf = async (
  db: Queryable,
  search: Search,
  { terms, size }: { readonly terms: readonly string[]; readonly size: number },
) =>
  (
    await db.many(
      Share,
      planned(sql`
        with newest as materialized (
          select s.terms from queue.search s where ${inRange(search)} order by s.created desc, s.task_id desc limit ${size})
        select (select count(*) from newest n where n.terms @@ q.query)::float8 / ${size}::float8 as share
        from unnest(${terms}::tsquery[]) with ordinality as q (query, place) order by q.place`),
    )
  ).map((row) => row.share);
