import { type Queryable, type Sql, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const Waiting = Type.Object({
  taskId: Type.String(),
  /** Null when the task is gone. */
  state: Type.Union([Type.String(), Type.Null()]),
  unsatisfied: Type.Union([Type.Integer(), Type.Null()]),
  requires: Type.Union([Type.String(), Type.Null()]),
  waitsForItself: Type.Boolean(),
  need: Type.Integer(),
  deadline: Type.Union([Type.String(), Type.Null()]),
});

/** What is needed of the other end of an edge `e`, by what is needed of a dependent: see `Need`. */
const needOf = (dependent: Sql): Sql => sql`case when ${dependent} > 0 then 2 when e.requires = 'all-resolved' then 1 else 0 end`;

// Limits inside of joins and of what exists keep them going by keys: a plan from when the tables were small may read all of them.

/**
 * The task and everything that it waits for, directly or through others that are not scheduled yet, nearest first, at most `limit`.
 * Each task is looked at once for each need and the walk ends with the limit: a few milliseconds in a graph of any size. No task has more edges to what
 * was found than the limit, so the worst, 500 tasks that each wait for all before them, is 125,000 edges (some 0.1 s).
 */
export const waitingTasks = (db: Queryable, taskId: string, limit: number) =>
  db.many(
    Waiting,
    sql`
      with recursive waiting (task_id, need) as (
        select ${taskId}::text collate "C", 0
        union
        select e.required_task_id, ${needOf(sql`w.need`)}
        from waiting w
        join queue.tasks t on t.task_id = w.task_id and t.state = 'unscheduled'
        cross join lateral (
          select d.required_task_id, d.requires from queue.dependencies d
          where d.dependent_task_id = w.task_id and not d.satisfied limit ${limit}) e),
      found as materialized (select task_id, need, row_number() over () as place from waiting limit ${limit})
      select s.task_id as "taskId", s.need, t.state, t.unsatisfied, t.requires, t.deadline,
        coalesce((
          select true from queue.dependencies d
          where d.required_task_id = s.task_id and d.dependent_task_id = s.task_id and not d.satisfied limit 1), false) as "waitsForItself"
      from found s
      left join lateral (select * from queue.tasks t where t.task_id = s.task_id limit 1) t on true
      order by s.place`,
  );

const Hopeless = Type.Object({ taskId: Type.String(), state: Type.Union([Type.String(), Type.Null()]), need: Type.Integer() });
/**
 * What failed or is gone among the tasks that these wait for directly, at most `limit`. At most `maxEdges` edges are looked at, those of
 * the first tasks first. 10,000 of them take 25 to 40 ms, and more where their tasks are far apart in the table.
 */
export const hopelessTasks = (
  db: Queryable,
  tasks: readonly { readonly taskId: string; readonly need: number }[],
  maxEdges: number,
  limit: number,
) =>
  db.many(
    Hopeless,
    sql`
      with edges as materialized (
        select e.required_task_id, ${needOf(sql`w.need`)} as need
        from json_to_recordset(${JSON.stringify(tasks)}::json) as w ("taskId" text, need int)
        cross join lateral (
          select d.required_task_id, d.requires from queue.dependencies d
          where d.dependent_task_id = w."taskId" and not d.satisfied limit ${maxEdges}) e
        limit ${maxEdges})
      select e.required_task_id as "taskId", t.state, min(e.need) as need
      from edges e left join lateral (select * from queue.tasks t where t.task_id = e.required_task_id limit 1) t on true
      where t.task_id is null or t.state in ('failed', 'exception')
      group by e.required_task_id, t.state limit ${limit}`,
  );

const Named = Type.Object({ taskId: Type.String(), name: Type.Union([Type.String(), Type.Null()]) });
/** The names of tasks; unknown ids are left out. */
export const namesOf = (db: Queryable, taskIds: readonly string[]) =>
  db.many(
    Named,
    sql`select task_id as "taskId", definition -> 'metadata' ->> 'name' as name from queue.tasks where task_id = any(${taskIds})`,
  );
