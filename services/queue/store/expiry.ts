import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';

const Expired = Type.Object({ taskId: Type.String() });
/** Locks tasks that expired half an hour ago, oldest first. Those that somebody works with are left for the next time. */
export const takeExpiredTasks = (tx: Tx, limit: number) =>
  tx.many(
    Expired,
    sql`
      select task_id as "taskId" from queue.tasks where expires < platform.now() - interval '30 minutes'
      order by expires limit ${limit} for update skip locked`,
  );

/** Deletes edges of these dependents, at most `limit`, and answers how many. */
export const deleteEdges = (tx: Tx, dependentTaskIds: readonly string[], limit: number) =>
  tx.run(sql`
    delete from queue.dependencies where ctid = any(array(
      select ctid from queue.dependencies where dependent_task_id = any(${dependentTaskIds}) limit ${limit} for update skip locked))`);

/**
 * Deletes tasks that are locked by the caller, and what is left of them elsewhere. Leftovers that a claim or a resolver holds are
 * skipped: it waits for the task, finds none, and drops them. Only a pending task has an entry to be claimed, which is found by its
 * whole key: without the time, all that waits in the same queue would be read for each task.
 */
export const deleteTasks = (tx: Tx, taskIds: readonly string[]) =>
  tx.run(sql`
    with gone as materialized (
      select task_id, task_group_id, task_queue_id, rank, created, state, (runs -> -1 ->> 'scheduled')::timestamptz as inserted
      from queue.tasks where task_id = any(${taskIds})),
    waiting as (
      delete from queue.pending where ctid = any(array(
        select p.ctid from gone g join queue.pending p
          on p.task_queue_id = g.task_queue_id and p.rank = g.rank and p.inserted = g.inserted and p.task_id = g.task_id
        where g.state = 'pending' for update of p skip locked))),
    claimed as (
      delete from queue.claims where ctid = any(array(
        select c.ctid from queue.claims c where c.task_id = any(${taskIds}) for update of c skip locked))),
    searched as (delete from queue.search s using gone g where s.created = g.created and s.task_id = g.task_id),
    deadlines as (
      delete from queue.deadlines where ctid = any(array(
        select d.ctid from gone g join queue.deadlines d on d.task_group_id = g.task_group_id and d.task_id = g.task_id
        for update of d skip locked)))
    delete from queue.tasks where task_id = any(${taskIds})`);

/** Deletes groups that expired half an hour ago, unless a task is just joining them. */
export const deleteExpiredGroups = (db: Queryable, limit: number) =>
  db.run(sql`
    delete from queue.groups where ctid = any(array(
      select ctid from queue.groups where expires < platform.now() - interval '30 minutes' limit ${limit} for update skip locked))`);

/**
 * Deletes pending entries past their deadline: nobody claims them, and the deadline resolves their tasks. It reads the whole table, which
 * takes 0.15 s once an hour with a million entries; an index would be written twice for each task, and reading in slices takes 0.4 s.
 */
export const deleteLatePending = (db: Queryable, limit: number) =>
  db.run(sql`
    delete from queue.pending where ctid = any(array(
      select ctid from queue.pending where deadline < platform.now() limit ${limit} for update skip locked))`);
