import { type Queryable, type Sql, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { FullTaskRow, taskColumns } from '../../store/task-row.ts';
import type { Readable } from '../domain/readable.ts';
import { startsBefore } from './slices.ts';

/** A place in the list: the newest come first. */
export type Key = readonly [created: string, taskId: string];

export interface Search {
  /** A `tsquery`; empty: no condition. */
  readonly terms: string;
  readonly states: readonly string[] | undefined;
  readonly from: string | undefined;
  /** Begins below this place. */
  readonly before: Key | undefined;
  readonly readable: Readable;
  /** Most tasks in the answer. */
  readonly limit: number;
}

const Found = Type.Object({ ...FullTaskRow.properties, created: Type.String() });

// Planned anew for each search, with what it looks for: a plan that is kept for all of them takes the way of the common for the rare
// (1.3 s for 50 tasks of one owner among five million; 30 ms so).
export const planned = ({ text, values }: Sql): Sql => ({ text, values, name: '' });

/** Below the place where the search begins, and not before `from`. */
export const inRange = ({ before, from }: Search): Sql => {
  const [created, taskId] = before ?? [];
  return sql`
    (s.created, s.task_id) < (coalesce(${created ?? null}::timestamptz, 'infinity'), ${taskId ?? ''})
    and s.created >= coalesce(${from ?? null}::timestamptz, '-infinity')`;
};

const hasTerms = ({ terms }: Search): Sql => (terms === '' ? sql`true` : sql`s.terms @@ ${terms}::tsquery`);

const unresolved = new Set(['unscheduled', 'pending', 'running']);
/** What the index knows of the state. It may be behind: the task itself decides in the end. */
const mayHaveState = ({ states }: Search): Sql => {
  if (!states) return sql`true`;
  const over = states.filter((s) => !unresolved.has(s));
  return over.length === states.length ? sql`s.resolved = any(${over})` : sql`(s.resolved is null or s.resolved = any(${over}))`;
};

const mayBeRead = ({ readable }: Search): Sql =>
  readable.all
    ? sql`true`
    : sql`(s.task_id = any(${readable.taskIds}) or s.task_group_id = any(${readable.groups})
        or exists (select from unnest(${readable.prefixes}::text[]) p where starts_with(s.task_id, p)))`;

/** The tasks themselves of entries in their order; an entry whose task has expired is left out. */
const tasksOf = (search: Search, entries: Sql): Sql => sql`
  select ${taskColumns}, t.definition, t.created
  from (${entries}) s join queue.tasks t on t.task_id = s.task_id
  where t.expires > platform.now() and (${search.states === undefined}::boolean or t.state = any(${search.states ?? []}))
  order by s.created desc, s.task_id desc limit ${search.limit}`;

/** The newest `depth` entries that match. */
const matching = (search: Search, depth: number): Sql => sql`
  select s.created, s.task_id from (
    select s.created, s.task_id, s.task_group_id, s.resolved, s.terms from queue.search s
    where ${inRange(search)} order by s.created desc, s.task_id desc limit ${depth}) s
  where ${hasTerms(search)} and ${mayHaveState(search)} and ${mayBeRead(search)}
  order by s.created desc, s.task_id desc`;

/** Goes through the newest `depth` entries. The fewer of them match, the more it looks at: a microsecond for each. */
export const walk = (db: Queryable, search: Search, depth: number) => db.many(Found, planned(tasksOf(search, matching(search, depth))));

const Text = Type.Union([Type.String(), Type.Null()]);
const End = Type.Object({ endCreated: Text, endTaskId: Text });
const Nothing = Type.Object({ taskId: Type.Null(), ...End.properties });
const Walked = Type.Union([Type.Object({ ...Found.properties, ...End.properties }), Nothing]);

/**
 * The same, with the entry that the walk ended with; there is none when the page was filled before, or when there are not so many entries.
 * One statement, so that both are of one moment: found afterwards, the end would have moved by what came to the index or expired meanwhile,
 * and the next walk would repeat or leave out so many.
 */
export const walkOn = async (db: Queryable, search: Search, depth: number) => {
  const rows = await db.many(
    Walked,
    planned(sql`
      with found as materialized (${tasksOf(search, matching(search, depth))})
      select f.*, e.created as "endCreated", e.task_id as "endTaskId"
      from (select) one left join found f on true left join (
        select s.created, s.task_id from queue.search s
        where (select count(*) from found) < ${search.limit} and ${inRange(search)}
        order by s.created desc, s.task_id desc offset ${depth - 1} limit 1) e on true
      order by f.created desc, f."taskId" collate "C" desc`),
  );
  const { endCreated: created, endTaskId: taskId } = rows[0] ?? {};
  return {
    tasks: rows.flatMap((row) => (row.taskId === null ? [] : [row])),
    end: created && taskId ? { created, taskId } : undefined,
  };
};

const Hit = Type.Object({ created: Type.String(), taskId: Type.String() });

export interface Lookup {
  /** The `tsquery` that the index of terms is asked, cut where the number of a slice stands (`piecesOf`). */
  readonly pieces: readonly string[];
  /** The slices below the beginning of the search that begin here or later; all without it. */
  readonly starts: string | null;
  /** Most hits. */
  readonly limit: number;
}

/**
 * The newest entries that match, by the index of terms: slice after slice from the newest to the oldest, and none after the one in which the
 * limit is reached. (Recursion stops there. A sort by slices would read one more, to see that it is another one.) `offset 0` keeps PostgreSQL
 * from reading a slice in its order instead: how common a term is in one slice it does not know.
 */
export const hitsInSlices = (db: Queryable, search: Search, { pieces, starts, limit }: Lookup) =>
  db.many(
    Hit,
    planned(sql`
      with recursive slices as materialized (
        select row_number() over (order by s.starts desc) as place, array_to_string(${pieces}::text[], s.slice::text)::tsquery as query
        from queue.search_slices s
        where ${startsBefore(search.before)} and s.starts >= coalesce(${starts}::timestamptz, '-infinity')),
      looked as (
        select 0::bigint as place, 0::bigint as total, null::timestamptz[] as created, null::text[] collate "C" as task_ids
        union all
        select sl.place, l.total + h.total, h.created, h.task_ids
        from looked l join slices sl on sl.place = l.place + 1 cross join lateral (
          select count(*) as total, array_agg(h.created) as created, array_agg(h.task_id) as task_ids
          from (
            select s.created, s.task_id
            from (
              select s.created, s.task_id, s.task_group_id, s.resolved, s.terms from queue.search s
              where queue.search_keys(s.slice, s.terms) @@ sl.query offset 0) s
            where ${inRange(search)} and ${hasTerms(search)} and ${mayHaveState(search)} and ${mayBeRead(search)}
            order by s.created desc, s.task_id desc limit ${limit}) h) h
        where l.total < ${limit})
      select h.created, h.task_id as "taskId" from looked l, unnest(l.created, l.task_ids) as h (created, task_id)
      order by h.created desc, h.task_id desc limit ${limit}`),
  );

/** Entries of the tasks that the caller may read, when these are few. */
export const hitsByReader = (db: Queryable, search: Search, limit: number) =>
  search.readable.all
    ? Promise.resolve([])
    : db.many(
        Hit,
        planned(sql`
          select s.created, s.task_id as "taskId"
          from (
            select created, task_id from queue.tasks where task_id = any(${search.readable.taskIds})
            union select created, task_id from queue.tasks where task_group_id = any(${search.readable.groups})) k
          join queue.search s on s.created = k.created and s.task_id = k.task_id
          where ${hasTerms(search)} and ${inRange(search)} and ${mayHaveState(search)} limit ${limit}`),
      );

/** Entries of the tasks that are running: there are as many as workers have room for. */
export const hitsRunning = (db: Queryable, search: Search, limit: number) =>
  db.many(
    Hit,
    planned(sql`
      select s.created, s.task_id as "taskId"
      from queue.claims c join queue.tasks t on t.task_id = c.task_id
      join queue.search s on s.created = t.created and s.task_id = t.task_id
      where ${hasTerms(search)} and ${inRange(search)} and ${mayBeRead(search)} limit ${limit}`),
  );

/** The tasks of hits, the newest first. */
export const tasksOfHits = (db: Queryable, search: Search, hits: readonly { readonly created: string; readonly taskId: string }[]) => {
  const entries = sql`
    select h.created::timestamptz as created, h.task_id collate "C" as task_id
    from unnest(${hits.map((h) => h.created)}::text[], ${hits.map((h) => h.taskId)}::text[]) as h (created, task_id)`;
  return db.many(Found, planned(tasksOf(search, entries)));
};
