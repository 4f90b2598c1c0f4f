import { sql, type Tx } from '@taskcluster/db';

export interface PriorityRow {
  readonly taskId: string;
  readonly taskQueueId: string;
  readonly rank: number;
  readonly oldRank: number;
  /** When the pending run became pending; null when there is none. */
  readonly pendingSince: string | null;
}

/** Gives locked tasks another priority and moves their pending entries, which are locked too. */
export const writePriorities = (tx: Tx, rows: readonly PriorityRow[]) =>
  tx.run(
    sql`
    with input as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as (
        "taskId" text, "taskQueueId" text, rank smallint, "oldRank" smallint, "pendingSince" timestamptz)),
    left_place as (
      delete from queue.pending p using input i
      where p.task_queue_id = i."taskQueueId" and p.rank = i."oldRank" and p.inserted = i."pendingSince" and p.task_id = i."taskId"
      returning p.task_queue_id, i.rank, p.inserted, p.task_id, p.run_id, p.deadline),
    new_place as (
      insert into queue.pending (task_queue_id, rank, inserted, task_id, run_id, deadline)
      select task_queue_id, rank, inserted, task_id, run_id, deadline from left_place)
    update queue.tasks t set rank = i.rank from input i where t.task_id = i."taskId"`,
  );
