import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const QueueWorkers = Type.Object({
  now: Type.String(),
  sealed: Type.Union([Type.String(), Type.Null()]),
  lastAsked: Type.Union([Type.String(), Type.Null()]),
  known: Type.Integer(),
  quarantined: Type.Integer(),
  running: Type.Integer(),
  serving: Type.Boolean(),
});

/**
 * The workers of a queue in numbers, none above `limit`; and of the task's group whether it is sealed. `lastAsked` is of workers that are
 * not quarantined. The row of the queue tells it too, also of workers that are forgotten, but the quarantined who ask write it as well: it
 * counts while none is, or when there are more workers than are looked at. `serving`: one that is not quarantined holds a claim.
 */
export const queueInNumbers = (db: Queryable, taskQueueId: string, taskGroupId: string, limit: number) =>
  db.maybe(
    QueueWorkers,
    sql`
      with workers as materialized (
        select w.quarantine_until > platform.now() as quarantined, w.last_active from queue.workers w
        where w.task_queue_id = ${taskQueueId} and (w.expires > platform.now() or w.quarantine_until > platform.now())
        limit ${limit}),
      running as materialized (
        select c.worker_group, c.worker_id from queue.claims c
        where c.task_queue_id = ${taskQueueId} and c.taken_until > platform.now() limit ${limit})
      select platform.now() as now,
        (select g.sealed from queue.groups g where g.task_group_id = ${taskGroupId}) as sealed,
        greatest(
          (select max(last_active) from workers where not quarantined),
          (select q.last_active from queue.task_queues q
            where q.task_queue_id = ${taskQueueId}
              and (not exists (select from workers where quarantined) or (select count(*) from workers) >= ${limit}))) as "lastAsked",
        (select count(*) from workers)::int as known,
        (select count(*) from workers where quarantined)::int as quarantined,
        (select count(*) from running)::int as running,
        coalesce((
          select true from running r
          where not coalesce((
            select w.quarantine_until > platform.now() from queue.workers w
            where w.task_queue_id = ${taskQueueId} and w.worker_group = r.worker_group and w.worker_id = r.worker_id), false)
          limit 1), false) as serving`,
  );

const Busy = Type.Object({
  workerGroup: Type.String(),
  workerId: Type.String(),
  taskId: Type.String(),
  runId: Type.Integer(),
  since: Type.String(),
});
/** Some of the runs that workers of the queue hold. */
export const busyWorkers = (db: Queryable, taskQueueId: string, limit: number) =>
  db.many(
    Busy,
    sql`
      select worker_group as "workerGroup", worker_id as "workerId", task_id as "taskId", run_id as "runId", claimed as since
      from queue.claims where task_queue_id = ${taskQueueId} and taken_until > platform.now() limit ${limit}`,
  );

const Quarantined = Type.Object({ workerGroup: Type.String(), workerId: Type.String(), until: Type.String() });
export const quarantinedWorkers = (db: Queryable, taskQueueId: string, limit: number) =>
  db.many(
    Quarantined,
    sql`
      select worker_group as "workerGroup", worker_id as "workerId", quarantine_until as until
      from queue.workers where task_queue_id = ${taskQueueId} and quarantine_until > platform.now()
      order by worker_group, worker_id limit ${limit}`,
  );
