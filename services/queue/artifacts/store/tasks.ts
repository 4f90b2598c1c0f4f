import { sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import { taskColumns, TaskRow } from '../../store/task-row.ts';

const SharedTask = Type.Object({ ...TaskRow.properties, now: Type.String() });

/**
 * The task of an artifact, held as it is until the transaction ends: a run is not resolved while an artifact of it is
 * created. Creations share the lock, so they do not wait for each other.
 */
export const shareTask = (tx: Tx, taskId: string) =>
  tx.maybe(SharedTask, sql`select ${taskColumns}, platform.now() as now from queue.tasks t where t.task_id = ${taskId} for share of t`);
