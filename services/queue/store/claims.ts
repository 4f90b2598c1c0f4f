import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { type Static, Type } from 'typebox';
import type { WorkerKey } from '../domain/worker.ts';
import { FullTaskRow, taskColumns } from './task-row.ts';

const quarantined = Type.Array(Type.Integer());
const TakenRow = Type.Object({ ...FullTaskRow.properties, runId: Type.Integer(), now: Type.String(), quarantined });
const NothingRow = Type.Object({ taskId: Type.Null(), quarantined });

/** A request for work: the worker, and how many tasks it wants. */
export interface Asking {
  readonly workerGroup: string;
  readonly workerId: string;
  readonly tasks: number;
}
export interface Taken {
  readonly taken: readonly Static<typeof TakenRow>[];
  /** The places (from 0) of the requests whose worker is quarantined: nothing was taken for them. */
  readonly quarantined: ReadonlySet<number>;
}

/**
 * Takes the next pending runs of a queue, by priority and then by age, and locks their tasks: as many as the requests of workers
 * that are not quarantined ask for. Entries that another claim holds are skipped, so claims never wait for each other. An entry
 * that is out of date goes with the rest. Quarantine is looked up by key in the same statement, so it costs no round trip.
 */
export const takePending = async (tx: Tx, taskQueueId: string, asking: readonly Asking[]): Promise<Taken> => {
  const rows = await tx.many(
    Type.Union([TakenRow, NothingRow]),
    sql`
      with asking as materialized (
        select i.place - 1 as place, i.tasks, coalesce((
          select w.quarantine_until > platform.now() from queue.workers w
          where w.task_queue_id = ${taskQueueId} and w.worker_group = i."workerGroup" and w.worker_id = i."workerId"), false) as quarantined
        from rows from (json_to_recordset(${JSON.stringify(asking)}::json) as ("workerGroup" text, "workerId" text, tasks int))
          with ordinality as i ("workerGroup", "workerId", tasks, place)),
      next as materialized (
        select ctid from queue.pending
        where task_queue_id = ${taskQueueId} and deadline > platform.now()
        order by rank, inserted, task_id limit (select coalesce(sum(tasks) filter (where not quarantined), 0) from asking)
        for update skip locked),
      -- By place in the table: how many rows there are is unknown to the planner, and a join would read all that is pending.
      gone as (
        delete from queue.pending where ctid = any(array(select ctid from next))
        returning task_id, run_id, rank as place, inserted),
      locked as materialized (
        select ${taskColumns}, t.definition, gone.run_id as "runId", platform.now() as now, gone.place, gone.inserted
        from queue.tasks t join gone on gone.task_id = t.task_id
        order by gone.place, gone.inserted, t.task_id
        for update of t)
      select l.*, a.quarantined from (select array(select place::int from asking where quarantined) as quarantined) a
      left join locked l on true
      order by l.place, l.inserted, l."taskId"`,
  );
  const taken = rows.filter((row): row is Static<typeof TakenRow> => row.taskId !== null);
  return { taken, quarantined: new Set(rows[0]?.quarantined) };
};

const QueueWithWork = Type.Object({ taskQueueId: Type.String() });
/** Of these queues, the ones that have something to claim. */
export const queuesWithWork = (db: Queryable, taskQueueIds: readonly string[]) =>
  db.many(
    QueueWithWork,
    sql`
      select q as "taskQueueId" from unnest(${taskQueueIds}::text[]) q
      where exists (select from queue.pending p where p.task_queue_id = q and p.deadline > platform.now())`,
  );

const DueClaim = Type.Object({ taskId: Type.String(), runId: Type.Integer(), takenUntil: Type.String() });
/** Claims that ran out, oldest first. They are held until the transaction ends, so each is resolved by one process. */
export const takeDueClaims = (tx: Tx, limit: number) =>
  tx.many(
    DueClaim,
    sql`
      select task_id as "taskId", run_id as "runId", taken_until as "takenUntil" from queue.claims
      where taken_until <= platform.now() order by taken_until limit ${limit} for update skip locked`,
  );

const WorkerClaim = Type.Object({ taskId: Type.String(), runId: Type.Integer() });
/** What a worker claimed until then and has not ended. */
export const claimsOfWorker = (db: Queryable, { taskQueueId, workerGroup, workerId }: WorkerKey, until: string) =>
  db.many(
    WorkerClaim,
    sql`
      select task_id as "taskId", run_id as "runId" from queue.claims
      where task_queue_id = ${taskQueueId} and worker_group = ${workerGroup} and worker_id = ${workerId} and claimed <= ${until}::timestamptz`,
  );

/** Removes claims whose task no longer has a run that they are about. */
export const dropClaims = (tx: Tx, taskIds: readonly string[]) =>
  tx.run(sql`delete from queue.claims where task_id = any(${taskIds}) and taken_until <= platform.now()`);

const Due = Type.Object({ dueMs: Type.Union([Type.Number(), Type.Null()]) });
const dueOf = (row: { dueMs: number | null } | undefined): number | undefined => row?.dueMs ?? undefined;

/** When the next claim runs out, in milliseconds from now. */
export const nextClaimDueMs = async (db: Queryable) =>
  dueOf(
    await db.maybe(Due, sql`select (extract(epoch from min(taken_until) - platform.now()) * 1000)::float8 as "dueMs" from queue.claims`),
  );

/** When the next deadline (and `delayMs` after it) is reached, in milliseconds from now. */
export const nextDeadlineDueMs = async (db: Queryable, delayMs: number) =>
  dueOf(
    await db.maybe(
      Due,
      sql`select (extract(epoch from min(deadline) - platform.now()) * 1000 + ${delayMs}::int)::float8 as "dueMs" from queue.deadlines`,
    ),
  );

const DueTask = Type.Object({ taskId: Type.String() });
/** Takes tasks whose deadline passed at least `delayMs` ago; each is taken once. */
export const takeDueDeadlines = (tx: Tx, limit: number, delayMs: number) =>
  tx.many(
    DueTask,
    sql`
      delete from queue.deadlines where ctid = any(array(
        select ctid from queue.deadlines where deadline <= platform.now() - ${`${delayMs} ms`}::interval
        order by deadline limit ${limit} for update skip locked))
      returning task_id as "taskId"`,
  );

const Counts = Type.Object({ pending: Type.Integer(), claimed: Type.Integer() });
export const countTasks = async (db: Queryable, taskQueueId: string) =>
  (await db.maybe(
    Counts,
    sql`
      select
        (select count(*) from queue.pending where task_queue_id = ${taskQueueId} and deadline > platform.now())::int as pending,
        (select count(*) from queue.claims where task_queue_id = ${taskQueueId} and taken_until > platform.now())::int as claimed`,
  )) ?? { pending: 0, claimed: 0 };
