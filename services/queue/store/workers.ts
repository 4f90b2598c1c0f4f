import { type Queryable, type Sql, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import { maxRecentTasks, type WorkerKey } from '../domain/worker.ts';

const WorkerRow = Type.Object({
  taskQueueId: Type.String(),
  workerGroup: Type.String(),
  workerId: Type.String(),
  firstClaim: Type.String(),
  lastDateActive: Type.String(),
  expires: Type.String(),
  recentTasks: Type.Array(Type.String()),
  quarantineUntil: Type.String(),
  quarantined: Type.Boolean(),
});

const workerColumns: Sql = sql`
  w.task_queue_id as "taskQueueId", w.worker_group as "workerGroup", w.worker_id as "workerId", w.first_claim as "firstClaim",
  w.last_active as "lastDateActive", w.expires, w.recent_tasks as "recentTasks", w.quarantine_until as "quarantineUntil",
  w.quarantine_until > platform.now() as quarantined`;

/** A worker is known until it expires and while it is quarantined. */
const known: Sql = sql`(w.expires > platform.now() or w.quarantine_until > platform.now())`;

export const findWorker = (db: Queryable, { taskQueueId, workerGroup, workerId }: WorkerKey) =>
  db.maybe(
    WorkerRow,
    sql`
      select ${workerColumns} from queue.workers w
      where w.task_queue_id = ${taskQueueId} and w.worker_group = ${workerGroup} and w.worker_id = ${workerId} and ${known}
        and exists (select from queue.task_queues q where q.task_queue_id = w.task_queue_id and q.expires > platform.now())`,
  );

const Quarantined = Type.Object({ quarantineUntil: Type.String() });
/** Until when a worker is quarantined; undefined when it is not. */
export const findQuarantine = async (db: Queryable, { taskQueueId, workerGroup, workerId }: WorkerKey): Promise<string | undefined> =>
  (
    await db.maybe(
      Quarantined,
      sql`
        select quarantine_until as "quarantineUntil" from queue.workers
        where task_queue_id = ${taskQueueId} and worker_group = ${workerGroup} and worker_id = ${workerId} and quarantine_until > platform.now()`,
    )
  )?.quarantineUntil;

export interface WorkerPage {
  readonly taskQueueId: string;
  readonly after: readonly [workerGroup: string, workerId: string];
  readonly limit: number;
  /** Only those that are quarantined, or only those that are not. */
  readonly quarantined: boolean | undefined;
}
/** Workers of a queue in the order of their groups and ids. */
export const listWorkers = (db: Queryable, { taskQueueId, after: [workerGroup, workerId], limit, quarantined }: WorkerPage) =>
  db.many(
    WorkerRow,
    sql`
      select ${workerColumns} from queue.workers w
      where w.task_queue_id = ${taskQueueId} and (w.worker_group, w.worker_id) > (${workerGroup}, ${workerId}) and ${known}
        and (${quarantined ?? null}::boolean is null or ${quarantined ?? null}::boolean = (w.quarantine_until > platform.now()))
      order by w.worker_group, w.worker_id limit ${limit}`,
  );

export interface RecordedClaims {
  readonly taskQueueId: string;
  /** Each worker once. */
  readonly workers: readonly { readonly workerGroup: string; readonly workerId: string; readonly runs: readonly string[] }[];
  /** The queue is written when it was last written longer ago than this. */
  readonly everyMs: number;
  /** How long the queue is known from now on, at least; a day unless told. */
  readonly queueDays?: number;
}

/**
 * Records what workers claimed, or only that they asked: when they were last active and their latest runs. Parts of a statement, so
 * that the statement which writes the claims does it. The row of the queue is not even locked while it is fresh. Expiries only grow.
 */
export const recordingClaims = ({ taskQueueId, workers, everyMs, queueDays = 1 }: RecordedClaims): Sql => sql`
  asked as (
    insert into queue.task_queues as q (task_queue_id, last_active, expires)
    select ${taskQueueId}, platform.now(), platform.now() + interval '1 day' * ${queueDays}::int
    where not exists (
      select from queue.task_queues
      where task_queue_id = ${taskQueueId} and last_active > platform.now() - ${`${everyMs} ms`}::interval
        and expires > platform.now() + interval '1 day' * (${queueDays}::int - 0.5))
    on conflict (task_queue_id) do update set last_active = excluded.last_active, expires = greatest(q.expires, excluded.expires)),
  seen as (
    insert into queue.workers as w (task_queue_id, worker_group, worker_id, first_claim, last_active, expires, recent_tasks)
    select ${taskQueueId}, i."workerGroup", i."workerId", platform.now(), platform.now(), platform.now() + interval '1 day', i.runs
    from json_to_recordset(${JSON.stringify(workers)}::json) as i ("workerGroup" text, "workerId" text, runs text[])
    order by i."workerGroup", i."workerId"
    on conflict (task_queue_id, worker_group, worker_id) do update set
      last_active = excluded.last_active, expires = greatest(w.expires, excluded.expires),
      recent_tasks = (w.recent_tasks || excluded.recent_tasks)[greatest(1, cardinality(w.recent_tasks) + cardinality(excluded.recent_tasks) - ${maxRecentTasks - 1}):])`;

export const recordClaims = (db: Queryable, claims: RecordedClaims) => db.run(sql`with ${recordingClaims(claims)} select`);

/** Makes a worker and its queue known until then, or longer if they are already. */
export const declareWorker = async (tx: Tx, { taskQueueId, workerGroup, workerId }: WorkerKey, expires: string): Promise<void> => {
  await tx.run(sql`
    insert into queue.task_queues as q (task_queue_id, last_active, expires) values (${taskQueueId}, platform.now(), ${expires}::timestamptz)
    on conflict (task_queue_id) do update set last_active = excluded.last_active, expires = greatest(q.expires, excluded.expires)`);
  await tx.run(sql`
    insert into queue.workers as w (task_queue_id, worker_group, worker_id, first_claim, last_active, expires)
    values (${taskQueueId}, ${workerGroup}, ${workerId}, platform.now(), platform.now(), ${expires}::timestamptz)
    on conflict (task_queue_id, worker_group, worker_id)
    do update set last_active = excluded.last_active, expires = greatest(w.expires, excluded.expires)`);
};

export interface QuarantineChange {
  readonly until: string;
  readonly clientId: string;
  readonly info: string;
}
/** Changes until when a known worker is quarantined, and notes who did it. The last 100 changes are kept. */
export const quarantineWorker = (
  db: Queryable,
  { taskQueueId, workerGroup, workerId }: WorkerKey,
  { until, clientId, info }: QuarantineChange,
) =>
  db.maybe(
    WorkerRow,
    sql`
      update queue.workers w set
        quarantine_until = ${until}::timestamptz,
        expires = greatest(w.expires, platform.now() + interval '1 day'),
        quarantine_details = case when jsonb_array_length(w.quarantine_details) < 100 then w.quarantine_details else w.quarantine_details - 0 end
          || jsonb_build_array(${JSON.stringify({ clientId, quarantineUntil: until, quarantineInfo: info })}::jsonb
            || jsonb_build_object('updatedAt', to_char(platform.now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
      where w.task_queue_id = ${taskQueueId} and w.worker_group = ${workerGroup} and w.worker_id = ${workerId} and ${known}
      returning ${workerColumns}`,
  );

/** Forgets workers, and then queues, that expired half an hour ago; a quarantined worker is kept until its quarantine is over. */
export const deleteExpiredWorkers = (db: Queryable, limit: number) =>
  db.run(sql`
    delete from queue.workers where ctid = any(array(
      select ctid from queue.workers
      where expires < platform.now() - interval '30 minutes' and quarantine_until < platform.now() - interval '30 minutes'
      limit ${limit} for update skip locked))`);

export const deleteExpiredQueues = (db: Queryable, limit: number) =>
  db.run(sql`
    delete from queue.task_queues where ctid = any(array(
      select ctid from queue.task_queues where expires < platform.now() - interval '30 minutes' limit ${limit} for update skip locked))`);
