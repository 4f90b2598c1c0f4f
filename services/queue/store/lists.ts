import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { FullTaskRow, taskColumns } from './task-row.ts';

/** Tasks of a group in the order of their ids, after `after`. */
export const groupTasks = (db: Queryable, taskGroupId: string, after: string, limit: number) =>
  db.many(
    FullTaskRow,
    sql`
      select ${taskColumns}, t.definition from queue.tasks t
      where t.task_group_id = ${taskGroupId} and t.task_id > ${after} order by t.task_id limit ${limit}`,
  );

/** Tasks that depend on a task in the order of their ids, after `after`; whether they still wait or not. */
export const dependentTasks = (db: Queryable, taskId: string, after: string, limit: number) =>
  db.many(
    FullTaskRow,
    sql`
      select ${taskColumns}, t.definition from queue.dependencies d join queue.tasks t on t.task_id = d.dependent_task_id
      where d.required_task_id = ${taskId} and d.dependent_task_id > ${after} and d.expires > platform.now()
      order by d.dependent_task_id limit ${limit}`,
  );

export interface TimePage {
  readonly taskQueueId: string;
  /** The time and the task id of the last row of the page before. */
  readonly after: readonly [time: string, taskId: string] | undefined;
  readonly limit: number;
}

const PendingTask = Type.Object({
  taskId: Type.String(),
  runId: Type.Integer(),
  inserted: Type.String(),
  rank: Type.Integer(),
  definition: Type.Unsafe<object>({}),
});
/** Pending runs of a queue, those that wait longest first. */
export const pendingTasks = (db: Queryable, { taskQueueId, after, limit }: TimePage) =>
  db.many(
    PendingTask,
    sql`
      with page as materialized (
        select task_id, run_id, inserted from queue.pending
        where task_queue_id = ${taskQueueId} and deadline > platform.now()
          and (inserted, task_id) > (coalesce(${after?.[0] ?? null}::timestamptz, '-infinity'), ${after?.[1] ?? ''})
        order by inserted, task_id limit ${limit})
      select p.task_id as "taskId", p.run_id as "runId", p.inserted, t.rank, t.definition
      from page p join queue.tasks t on t.task_id = p.task_id order by p.inserted, p.task_id`,
  );

const HeldTask = Type.Object({
  taskId: Type.String(),
  runId: Type.Integer(),
  claimed: Type.String(),
  workerGroup: Type.String(),
  workerId: Type.String(),
  rank: Type.Integer(),
  definition: Type.Unsafe<object>({}),
});
/** Running runs of a queue in the order in which they were claimed. */
export const heldTasks = (db: Queryable, { taskQueueId, after, limit }: TimePage) =>
  db.many(
    HeldTask,
    sql`
      with page as materialized (
        select task_id, run_id, claimed, worker_group, worker_id from queue.claims
        where task_queue_id = ${taskQueueId} and taken_until > platform.now()
          and (claimed, task_id) > (coalesce(${after?.[0] ?? null}::timestamptz, '-infinity'), ${after?.[1] ?? ''})
        order by claimed, task_id limit ${limit})
      select p.task_id as "taskId", p.run_id as "runId", p.claimed, p.worker_group as "workerGroup", p.worker_id as "workerId", t.rank, t.definition
      from page p join queue.tasks t on t.task_id = p.task_id order by p.claimed, p.task_id`,
  );

const RecentTask = Type.Object({ ...FullTaskRow.properties, created: Type.String() });
/** The newest tasks, before a place (creation time and id). */
export const recentTasks = (db: Queryable, before: readonly [created: string, taskId: string] | undefined, limit: number) =>
  db.many(
    RecentTask,
    sql`
      select ${taskColumns}, t.definition, t.created from queue.tasks t
      where ${before === undefined}::boolean or (t.created, t.task_id) < (${before?.[0] ?? null}::timestamptz, ${before?.[1] ?? null})
      order by t.created desc, t.task_id desc limit ${limit}`,
  );

const RecentGroup = Type.Object({
  taskGroupId: Type.String(),
  schedulerId: Type.String(),
  created: Type.String(),
  name: Type.Union([Type.String(), Type.Null()]),
  counts: Type.Record(Type.String(), Type.Integer()),
});
/** The newest groups with the name of their first task and how many tasks are in which state. */
export const recentGroups = (db: Queryable, before: readonly [created: string, taskGroupId: string] | undefined, limit: number) =>
  db.many(
    RecentGroup,
    sql`
      with page as materialized (
        select g.task_group_id, g.scheduler_id, g.created from queue.groups g
        where ${before === undefined}::boolean or (g.created, g.task_group_id) < (${before?.[0] ?? null}::timestamptz, ${before?.[1] ?? null})
        order by g.created desc, g.task_group_id desc limit ${limit})
      select p.task_group_id as "taskGroupId", p.scheduler_id as "schedulerId", p.created,
        (select t.definition -> 'metadata' ->> 'name' from queue.tasks t where t.task_group_id = p.task_group_id order by t.created, t.task_id limit 1) as name,
        coalesce((select json_object_agg(c.state, c.n) from (
          select t.state, count(*)::int as n from queue.tasks t where t.task_group_id = p.task_group_id group by t.state) c), '{}') as counts
      from page p order by p.created desc, p.task_group_id desc`,
  );
