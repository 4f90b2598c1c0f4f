import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const TaskState = Type.Object({ taskId: Type.String(), state: Type.String(), runs: Type.Integer() });

/** The states of tasks and how many runs they have; unknown ids are left out. */
export const statesOf = (db: Queryable, taskIds: readonly string[]) =>
  db.many(
    TaskState,
    sql`select task_id as "taskId", state, json_array_length(runs) as runs from queue.tasks where task_id = any(${taskIds})`,
  );
