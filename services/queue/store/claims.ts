import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import { FullTaskRow, taskColumns } from './task-row.ts';

const TakenRow = Type.Object({ ...FullTaskRow.properties, runId: Type.Integer(), now: Type.String() });

/**
 * Takes the next pending runs of a queue, by priority and then by age, and locks their tasks. Entries that another claim
 * holds are skipped, so claims never wait for each other. An entry that is out of date goes with the rest.
 */
export const takePending = (tx: Tx, taskQueueId: string, limit: number) =>
  tx.many(
    TakenRow,
    sql`
      with next as materialized (
        select task_queue_id, rank, inserted, task_id from queue.pending
        where task_queue_id = ${taskQueueId} and deadline > platform.now()
        order by rank, inserted, task_id limit ${limit}
        for update skip locked),
      taken as (
        delete from queue.pending p using next n
        where p.task_queue_id = n.task_queue_id and p.rank = n.rank and p.inserted = n.inserted and p.task_id = n.task_id
        returning p.task_id, p.run_id, p.rank, p.inserted)
      select ${taskColumns}, t.definition, taken.run_id as "runId", platform.now() as now
      from queue.tasks t join taken on taken.task_id = t.task_id
      order by taken.rank, taken.inserted, t.task_id
      for update of t`,
  );

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
