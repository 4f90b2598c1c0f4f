import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { planned } from './search.ts';

const Share = Type.Object({ share: Type.Number() });

interface Sample {
  /** From these times on. */
  readonly starts: readonly string[];
  /** So many entries after each. */
  readonly size: number;
}

/** Which share of a sample of entries has each of these terms (texts of a `tsquery`), in their order. */
export const sharesOf = async (db: Queryable, terms: readonly string[], { starts, size }: Sample): Promise<readonly number[]> =>
  (
    await db.many(
      Share,
      planned(sql`
        with sample as materialized (
          select s.terms from unnest(${starts}::timestamptz[]) as place (starts) cross join lateral (
            select terms from queue.search where created >= place.starts order by created, task_id limit ${size}) s)
        select (select count(*) from sample s where s.terms @@ q.query)::float8 / ${starts.length * size}::float8 as share
        from unnest(${terms}::tsquery[]) with ordinality as q (query, place) order by q.place`),
    )
  ).map((row) => row.share);
