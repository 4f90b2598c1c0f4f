import { Run } from '@taskcluster/contracts';
import { type Sql, sql } from '@taskcluster/db';
import { type Static, Type } from 'typebox';

/** A task as the life cycle sees it: what `domain/task.ts` calls Task, and nothing that only its definition holds. */
export const TaskRow = Type.Object({
  taskId: Type.String(),
  taskQueueId: Type.String(),
  schedulerId: Type.String(),
  taskGroupId: Type.String(),
  projectId: Type.String(),
  rank: Type.Integer(),
  deadline: Type.String(),
  expires: Type.String(),
  retries: Type.Integer(),
  retriesLeft: Type.Integer(),
  runs: Type.Array(Run),
  unsatisfied: Type.Integer(),
  everResolved: Type.Boolean(),
  routes: Type.Array(Type.String()),
  tags: Type.Record(Type.String(), Type.String()),
});
export type TaskRow = Static<typeof TaskRow>;

/** A task together with its definition. */
export const FullTaskRow = Type.Object({ ...TaskRow.properties, definition: Type.Unsafe<object>({}) });
export type FullTaskRow = Static<typeof FullTaskRow>;

/** The columns of a TaskRow, of `queue.tasks t`. */
export const taskColumns: Sql = sql`
  t.task_id as "taskId", t.task_queue_id as "taskQueueId", t.scheduler_id as "schedulerId", t.task_group_id as "taskGroupId",
  t.project_id as "projectId", t.rank, t.deadline, t.expires, t.retries, t.retries_left as "retriesLeft", t.runs,
  t.unsatisfied, t.ever_resolved as "everResolved", t.routes, t.tags`;

/** The database's clock, read in the transaction that uses it. */
export const Now = Type.Object({ now: Type.String() });
