import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const Ahead = Type.Object({ rank: Type.Integer(), count: Type.Integer(), since: Type.String() });

export interface PendingPlace {
  readonly taskQueueId: string;
  readonly rank: number;
  readonly inserted: string;
  readonly taskId: string;
}

/**
 * How many pending runs are claimed before this one, by rank, and since when the oldest of them waits. Counting ends with `limit`: with a
 * million in the queue it reads that many entries of the index of claims, a few milliseconds.
 */
export const aheadOf = (db: Queryable, { taskQueueId, rank, inserted, taskId }: PendingPlace, limit: number) =>
  db.many(
    Ahead,
    sql`
      select rank, count(*)::int as count, min(inserted) as since
      from (
        select rank, inserted from queue.pending
        where task_queue_id = ${taskQueueId} and (rank, inserted, task_id) < (${rank}::smallint, ${inserted}::timestamptz, ${taskId})
        order by rank, inserted, task_id limit ${limit}) p
      group by rank order by rank`,
  );
