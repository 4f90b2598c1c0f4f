import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const Counts = Type.Object({
  /** Null for all queues together that have no row of their own. */
  taskQueueId: Type.Union([Type.String(), Type.Null()]),
  pending: Type.Integer(),
  claimed: Type.Integer(),
  workers: Type.Integer(),
  running: Type.Integer(),
  idle: Type.Integer(),
  quarantined: Type.Integer(),
});

/**
 * What each task queue has: those with the most tasks and workers first, at most `limit` of them, and the rest in one row.
 * It reads the narrow tables of what waits and what is held, and the one of workers, from end to end, and not one task.
 */
export const countQueues = (db: Queryable, limit: number) =>
  db.many(
    Counts,
    sql`
      with waiting as (select task_queue_id, count(*) as pending from queue.pending group by task_queue_id),
      holders as (
        select task_queue_id, worker_group, worker_id, count(*) as claimed from queue.claims group by task_queue_id, worker_group, worker_id),
      held as (select task_queue_id, sum(claimed) as claimed, count(*) as running from holders group by task_queue_id),
      known as (
        select w.task_queue_id, count(*) as workers,
          count(*) filter (where w.quarantine_until > platform.now()) as quarantined,
          count(*) filter (where w.quarantine_until <= platform.now() and h.worker_id is null) as idle
        from queue.workers w left join holders h using (task_queue_id, worker_group, worker_id)
        where w.expires > platform.now() or w.quarantine_until > platform.now()
        group by w.task_queue_id),
      counted as (
        select task_queue_id, coalesce(pending, 0) as pending, coalesce(claimed, 0) as claimed, coalesce(workers, 0) as workers,
          coalesce(running, 0) as running, coalesce(idle, 0) as idle, coalesce(quarantined, 0) as quarantined
        from waiting full join held using (task_queue_id) full join known using (task_queue_id)
          full join (select task_queue_id from queue.task_queues where expires > platform.now()) asked using (task_queue_id)),
      placed as (
        select counted.*, row_number() over (order by pending + claimed + workers desc, task_queue_id) > ${limit}::int as others from counted)
      select case when others then null else task_queue_id end as "taskQueueId", sum(pending)::int as pending, sum(claimed)::int as claimed,
        sum(workers)::int as workers, sum(running)::int as running, sum(idle)::int as idle, sum(quarantined)::int as quarantined
      from placed group by 1`,
  );
