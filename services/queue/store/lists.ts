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
