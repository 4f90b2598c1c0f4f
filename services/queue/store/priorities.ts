import { sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';

export interface PriorityRow {
  readonly taskId: string;
  readonly taskQueueId: string;
  readonly rank: number;
  readonly oldRank: number;
  /** When the pending run became pending; null when there is none. */
  readonly pendingSince: string | null;
}

const Moved = Type.Object({ moved: Type.Integer() });

/**
 * Gives locked tasks another priority and moves their pending entries; answers how many entries were moved. One that a claim has just
 * taken is not.
 */
export const writePriorities = async (tx: Tx, rows: readonly PriorityRow[]): Promise<number> => {
  const answer = await tx.maybe(
    Moved,
    sql`
    with input as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as (
        "taskId" text, "taskQueueId" text, rank smallint, "oldRank" smallint, "pendingSince" timestamptz)),
    free as (
      select p.task_queue_id, p.rank, p.inserted, p.task_id, i.rank as new_rank
      from input i join queue.pending p
        on p.task_queue_id = i."taskQueueId" and p.rank = i."oldRank" and p.inserted = i."pendingSince" and p.task_id = i."taskId"
      for update of p skip locked),
    left_place as (
      delete from queue.pending p using free f
      where p.task_queue_id = f.task_queue_id and p.rank = f.rank and p.inserted = f.inserted and p.task_id = f.task_id
      returning p.task_queue_id, f.new_rank, p.inserted, p.task_id, p.run_id, p.deadline),
    new_place as (
      insert into queue.pending (task_queue_id, rank, inserted, task_id, run_id, deadline)
      select task_queue_id, new_rank, inserted, task_id, run_id, deadline from left_place),
    changed as (update queue.tasks t set rank = i.rank from input i where t.task_id = i."taskId")
    select count(*)::int as moved from left_place`,
  );
  return answer?.moved ?? 0;
};
