import { type Queryable, type Sql, sql, type Tx } from '@taskcluster/db';
import { type Static, Type } from 'typebox';
import type { Entry } from '../domain/entry.ts';
import type { Place } from '../domain/path.ts';

const columns = sql`namespace, name, task_id as "taskId", rank, data, expires`;
export const TaskRow = Type.Object({
  namespace: Type.String(),
  name: Type.String(),
  taskId: Type.String(),
  rank: Type.Integer(),
  data: Type.Unsafe<Entry['data']>({ type: 'object' }),
  expires: Type.String(),
});
export type TaskRow = Static<typeof TaskRow>;

/** The entry of a place that has not expired. */
export const findTask = (db: Queryable, { namespace, name }: Place) =>
  db.maybe(TaskRow, sql`select ${columns} from index.tasks where namespace = ${namespace} and name = ${name} and expires > platform.now()`);

/** The entry of a place, expired or not. */
export const storedTask = (db: Queryable, { namespace, name }: Place) =>
  db.maybe(TaskRow, sql`select ${columns} from index.tasks where namespace = ${namespace} and name = ${name}`);

export interface Insertion {
  readonly places: readonly Place[];
  readonly entry: Entry;
  /** When it was said that the task is there (ISO 8601); an insertion without it is said now, after everything that is stored. */
  readonly asserted?: string | undefined;
}

/**
 * Writes an entry into several places and answers those that it was written into: the others hold one of a higher rank, or one of the
 * same rank that was said later. Rows are taken in the order of their keys, so that concurrent insertions cannot wait for each other
 * in a circle, and a row that is left as it was is locked too.
 */
export const putTasks = (tx: Tx, { places, entry, asserted }: Insertion) =>
  tx.many(
    TaskRow,
    sql`
      insert into index.tasks as t (namespace, name, task_id, rank, data, data_bytes, expires, asserted)
      select p.namespace, p.name, ${entry.taskId}, ${entry.rank}, e.data, octet_length(e.data::text), ${entry.expires}::timestamptz,
        coalesce(${asserted ?? null}::timestamptz, platform.now())
      from unnest(${places.map((p) => p.namespace)}::text[], ${places.map((p) => p.name)}::text[]) as p (namespace, name),
        (values (${JSON.stringify(entry.data)}::json)) as e (data)
      order by p.namespace collate "C", p.name collate "C"
      on conflict (namespace, name) do update set
        task_id = excluded.task_id, rank = excluded.rank, data = excluded.data, data_bytes = excluded.data_bytes,
        expires = excluded.expires, asserted = excluded.asserted
      where t.rank < excluded.rank
        or (t.rank = excluded.rank and (${asserted ?? null}::timestamptz is null or t.asserted <= excluded.asserted))
      returning ${columns}`,
  );

export const deleteTask = (db: Queryable, { namespace, name }: Place) =>
  db.run(sql`delete from index.tasks where namespace = ${namespace} and name = ${name}`);

const PageRow = Type.Object({ ...TaskRow.properties, found: Type.Integer() });

/** Rows of a list, and whether there are more. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly more: boolean;
}

/** The most bytes of data in a page; one entry may have more. Nothing else bounds what 1,000 entries may hold. */
const maxPageBytes = 8 * 1024 * 1024;

/** Of the candidates, which are one more than a page has, those that fit into it. */
const pageOf = async (db: Queryable, candidates: Sql, limit: number): Promise<Page<TaskRow>> => {
  const rows = await db.many(
    PageRow,
    sql`
      with measured as (
        select *, row_number() over (order by namespace, name) as place, (count(*) over ())::int as found,
          sum(data_bytes) over (order by namespace, name) - data_bytes as before
        from (${candidates}) c)
      select ${columns}, found from measured
      where place <= ${limit} and (place = 1 or before + data_bytes <= ${maxPageBytes})
      order by namespace, name`,
  );
  return { rows: rows.map(({ found: _, ...row }) => row), more: rows.length < (rows[0]?.found ?? 0) };
};

/** The entries directly in a namespace that have not expired, in the order of their names, after a name. */
export const tasksIn = (
  db: Queryable,
  { namespace, after, limit }: { readonly namespace: string; readonly after: string; readonly limit: number },
) =>
  pageOf(
    db,
    sql`
      select * from index.tasks where namespace = ${namespace} and name > ${after} and expires > platform.now()
      order by name limit ${limit + 1}`,
    limit,
  );

/** The entries of these places, expired or not, after a place. */
export const tasksAt = (
  db: Queryable,
  { places, after, limit }: { readonly places: readonly Place[]; readonly after: Place; readonly limit: number },
) =>
  pageOf(
    db,
    sql`
      select * from index.tasks
      where (namespace, name) in (select * from unnest(${places.map((p) => p.namespace)}::text[], ${places.map((p) => p.name)}::text[]))
        and (namespace, name) > (${after.namespace}, ${after.name})
      order by namespace, name limit ${limit + 1}`,
    limit,
  );

/** Deletes entries past their expiry. Each row is taken by one process. */
export const deleteExpiredTasks = (db: Queryable, limit: number) =>
  db.run(sql`
    with expired as materialized (
      select namespace, name from index.tasks where expires < platform.now() order by expires limit ${limit} for update skip locked)
    delete from index.tasks t using expired e where t.namespace = e.namespace and t.name = e.name`);
