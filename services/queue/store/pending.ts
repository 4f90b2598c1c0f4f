import { sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';

/** Where a pending run waits. */
export interface PendingEntry {
  readonly taskId: string;
  readonly taskQueueId: string;
  readonly rank: number;
  readonly inserted: string;
}

const places = sql`
  from input i join queue.pending p
    on p.task_queue_id = i."taskQueueId" and p.rank = i.rank and p.inserted = i.inserted and p.task_id = i."taskId"`;

const Held = Type.Object({ held: Type.Integer() });

/**
 * Locks entries whose tasks are locked, so that they can be removed or moved. A claim locks the entry first and then waits for the task:
 * to wait for it would be a deadlock, and to pass its entry by would leave it behind if that claim failed. So everything is tried again,
 * as after a serialisation failure (40001), once the claim is over.
 */
export const lockEntries = async (tx: Tx, entries: readonly PendingEntry[]): Promise<void> => {
  const answer = await tx.maybe(
    Held,
    sql`
      with input as materialized (
        select * from json_to_recordset(${JSON.stringify(entries)}::json) as (
          "taskId" text, "taskQueueId" text, rank smallint, inserted timestamptz)),
      waiting as (select ${places}),
      locked as (select ${places} for update of p skip locked)
      select ((select count(*) from waiting) - (select count(*) from locked))::int as held`,
  );
  if (answer?.held !== 0)
    throw Object.assign(new Error('A claim holds the place of a task that is about to leave it. Try again.'), { code: '40001' });
};
