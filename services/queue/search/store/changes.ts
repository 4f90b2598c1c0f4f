import { type Sql, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import type { Place } from './place.ts';

const TaskChange = Type.Object({
  id: Type.Integer(),
  created: Type.String(),
  taskId: Type.String(),
  isNew: Type.Boolean(),
  counts: Type.Boolean(),
});

// As `readAfter` of packages/bus reads the log, without the payloads: at the beginning of a page by transaction, inside of it by id.
const between = ({ after, upto, lastId }: Pick<Place, 'after' | 'upto' | 'lastId'>): Sql =>
  lastId === 0
    ? sql`
        txid >= pg_snapshot_xmin(${after}::pg_snapshot) and txid < pg_snapshot_xmax(${upto}::pg_snapshot)
        and not pg_visible_in_snapshot(txid, ${after}::pg_snapshot) and pg_visible_in_snapshot(txid, ${upto}::pg_snapshot)
        order by id + 0`
    : sql`
        id > ${lastId} and not pg_visible_in_snapshot(txid, ${after}::pg_snapshot) and pg_visible_in_snapshot(txid, ${upto}::pg_snapshot)
        order by id`;

/** The next messages, and which tasks they are about; those that change nothing in the index count, but are not looked up. */
export const nextChanges = (tx: Tx, place: Pick<Place, 'after' | 'upto' | 'lastId'>, limit: number) =>
  tx.many(
    TaskChange,
    sql`
      select id, created, split_part(routing_key, '.', 2) as "taskId", exchange = 'exchange/taskcluster-queue/v1/task-defined' as "isNew",
        exchange in ('exchange/taskcluster-queue/v1/task-defined', 'exchange/taskcluster-queue/v1/task-completed',
          'exchange/taskcluster-queue/v1/task-failed', 'exchange/taskcluster-queue/v1/task-exception')
        or (exchange = 'exchange/taskcluster-queue/v1/task-pending' and split_part(routing_key, '.', 3) <> '0') as counts
      from (select id, created, routing_key, exchange from platform.messages where ${between(place)} limit ${limit}) m`,
  );

const resolvedState = sql`case when t.state in ('completed', 'failed', 'exception') then t.state end`;
/** The term of a state that few tasks end in. */
const stateTerm = (state: Sql) =>
  sql`case when ${state} in ('failed', 'exception') then array_to_tsvector(array['s:' || ${state}]) else '' end`;

const Added = Type.Object({ added: Type.Integer() });
/** Adds tasks to the index, or brings what it says of their state up to date. */
export const addTasks = async (tx: Tx, taskIds: readonly string[]): Promise<void> => {
  const done = await tx.maybe(
    Added,
    sql`
      with added as (
        insert into queue.search (created, slice, task_id, task_group_id, resolved, terms)
        select t.created, (select s.slice from queue.search_slices s where s.starts <= t.created order by s.starts desc limit 1),
          t.task_id, t.task_group_id, ${resolvedState}, queue.search_terms(t.definition) || ${stateTerm(sql`t.state`)}
        from queue.tasks t where t.task_id = any(${taskIds}) order by t.created, t.task_id
        on conflict (created, task_id) do nothing returning slice, resolved),
      counted as (
        update queue.search_slices s set open = s.open + n.open, completed = s.completed + n.completed, failed = s.failed + n.failed
        from (
          select slice, count(*) filter (where resolved is null) as open, count(*) filter (where resolved = 'completed') as completed,
            count(*) filter (where resolved in ('failed', 'exception')) as failed
          from added group by slice) n
        where n.slice = s.slice)
      select count(*) as added from added`,
  );
  if ((done?.added ?? 0) < taskIds.length) await updateTasks(tx, taskIds);
};

/** Brings up to date what the index says of the state of tasks. Terms are written only when they change: then the index of terms is, too. */
export const updateTasks = (tx: Tx, taskIds: readonly string[]) =>
  tx.run(sql`
    with changed as materialized (
      select s.created, s.task_id, s.slice, s.resolved as was, ${resolvedState} as state
      from queue.tasks t join queue.search s on s.created = t.created and s.task_id = t.task_id
      where t.task_id = any(${taskIds}) and s.resolved is distinct from ${resolvedState}),
    written as (
      update queue.search s set resolved = c.state,
        terms = case when c.was in ('failed', 'exception') or c.state in ('failed', 'exception')
          then ts_delete(s.terms, array['s:failed', 's:exception']) || ${stateTerm(sql`c.state`)} else s.terms end
      from changed c where s.created = c.created and s.task_id = c.task_id)
    update queue.search_slices s set open = s.open + n.open, completed = s.completed + n.completed, failed = s.failed + n.failed
    from (
      select slice, sum((state is null)::int - (was is null)::int) as open,
        sum((state is not distinct from 'completed')::int - (was is not distinct from 'completed')::int) as completed,
        sum((coalesce(state, '') in ('failed', 'exception'))::int - (coalesce(was, '') in ('failed', 'exception'))::int) as failed
      from changed group by slice) n
    where n.slice = s.slice`);

const Older = Type.Object({ taskId: Type.String() });
/** The next tasks, from the newest to the oldest, that may be older than the log of messages; notes how far it came. */
export const nextOlder = (tx: Tx, limit: number) =>
  tx.many(
    Older,
    sql`
      with older as materialized (
        select t.task_id, t.created from queue.tasks t, queue.search_place p
        where (t.created, t.task_id) < (p.filled_created, p.filled_task_id)
        order by t.created desc, t.task_id desc limit ${limit}),
      moved as (
        update queue.search_place p set
          filled = (select count(*) from older) < ${limit},
          filled_created = coalesce((select created from older order by created, task_id limit 1), filled_created),
          filled_task_id = coalesce((select task_id from older order by created, task_id limit 1), filled_task_id))
      select task_id as "taskId" from older`,
  );

/** Goes through all tasks again: the log no longer holds everything that was not looked at. */
export const fillAgain = (tx: Tx) =>
  tx.run(sql`update queue.search_place set filled = false, filled_created = 'infinity', filled_task_id = ''`);
