import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const Share = Type.Object({ term: Type.String(), share: Type.Number() });
/** The common terms, and which share of all tasks has them, as PostgreSQL found when it last analysed the table. */
export const commonTerms = (db: Queryable) =>
  db.many(
    Share,
    sql`
      select e.term, f.share::float8 as share
      from pg_stats s,
        unnest(s.most_common_elems::text::text[]) with ordinality as e (term, place)
        join unnest(s.most_common_elem_freqs) with ordinality as f (share, place) using (place)
      where s.schemaname = 'queue' and s.tablename = 'search' and s.attname = 'terms'`,
  );

const Size = Type.Object({ size: Type.Number() });
/** About how many tasks there are. */
export const indexedTasks = async (db: Queryable): Promise<number> =>
  (await db.maybe(Size, sql`select greatest(0, reltuples)::float8 as size from pg_class where oid = 'queue.search'::regclass`))?.size ?? 0;
