import { type Queryable, type Sql, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const QueueRow = Type.Object({ taskQueueId: Type.String(), lastDateActive: Type.String(), expires: Type.String() });
const queueColumns: Sql = sql`task_queue_id as "taskQueueId", last_active as "lastDateActive", expires`;

export const findQueue = (db: Queryable, taskQueueId: string) =>
  db.maybe(QueueRow, sql`select ${queueColumns} from queue.task_queues where task_queue_id = ${taskQueueId} and expires > platform.now()`);

export interface QueuePage {
  /** Only queues whose ids begin so; an empty text for all. */
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
}
/** Queues in the order of their ids. */
export const listQueues = (db: Queryable, { prefix, after, limit }: QueuePage) =>
  db.many(
    QueueRow,
    sql`
      select ${queueColumns} from queue.task_queues
      where starts_with(task_queue_id, ${prefix}) and task_queue_id > ${after} and expires > platform.now()
      order by task_queue_id limit ${limit}`,
  );

const ProvisionerRow = Type.Object({ provisionerId: Type.String(), lastDateActive: Type.String(), expires: Type.String() });
/** Provisioners are what the known queues begin with, in the order of their ids. */
export const listProvisioners = (db: Queryable, after: string, limit: number) =>
  db.many(
    ProvisionerRow,
    sql`
      select split_part(task_queue_id, '/', 1) as "provisionerId", max(last_active) as "lastDateActive", max(expires) as expires
      from queue.task_queues where expires > platform.now() and split_part(task_queue_id, '/', 1) > ${after}
      group by 1 order by 1 limit ${limit}`,
  );

export const findProvisioner = (db: Queryable, provisionerId: string) =>
  db.maybe(
    ProvisionerRow,
    sql`
      select ${provisionerId}::text as "provisionerId", max(last_active) as "lastDateActive", max(expires) as expires
      from queue.task_queues where expires > platform.now() and starts_with(task_queue_id, ${`${provisionerId}/`})
      having count(*) > 0`,
  );
