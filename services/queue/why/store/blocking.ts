import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const Waiting = Type.Object({
  taskId: Type.String(),
  /** Null when the task is gone. */
  state: Type.Union([Type.String(), Type.Null()]),
  unsatisfied: Type.Union([Type.Integer(), Type.Null()]),
  requires: Type.Union([Type.String(), Type.Null()]),
  waitsForItself: Type.Boolean(),
});

/** The most open edges of one task that are followed: a joining task of thousands is explained by some of them. */
const maxEdgesEach = 50;

/**
 * The task and everything that it waits for, directly or through others that are not scheduled yet, nearest first, at most `limit`.
 * Each task is looked at once and the walk ends with the limit, so that a graph of any size costs a few milliseconds.
 */
export const waitingTasks = (db: Queryable, taskId: string, limit: number) =>
  db.many(
    Waiting,
    sql`
      with recursive waiting (task_id) as (
        select ${taskId}::text collate "C"
        union
        select e.required_task_id
        from waiting w
        join queue.tasks t on t.task_id = w.task_id and t.state = 'unscheduled'
        cross join lateral (
          select d.required_task_id from queue.dependencies d
          where d.dependent_task_id = w.task_id and not d.satisfied limit ${maxEdgesEach}) e),
      found as materialized (select task_id from waiting limit ${limit})
      select s.task_id as "taskId", t.state, t.unsatisfied, t.requires,
        exists (
          select from queue.dependencies d
          where d.required_task_id = s.task_id and d.dependent_task_id = s.task_id and not d.satisfied) as "waitsForItself"
      from found s left join queue.tasks t on t.task_id = s.task_id`,
  );

const Named = Type.Object({ taskId: Type.String(), name: Type.Union([Type.String(), Type.Null()]) });
/** The names of tasks; unknown ids are left out. */
export const namesOf = (db: Queryable, taskIds: readonly string[]) =>
  db.many(
    Named,
    sql`select task_id as "taskId", definition -> 'metadata' ->> 'name' as name from queue.tasks where task_id = any(${taskIds})`,
  );
