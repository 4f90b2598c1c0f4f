import { listed, sql, type Tx } from '@taskcluster/db';
import { type Static, Type } from 'typebox';
import { type RecordedClaims, recordingClaims } from './workers.ts';

/** What a transition writes about one task. */
export interface ChangeRow {
  readonly taskId: string;
  readonly taskGroupId: string;
  readonly state: string;
  readonly runs: readonly object[];
  readonly retriesLeft: number;
  readonly everResolved: boolean;
  /** A pending entry to add. */
  readonly pending: {
    readonly taskQueueId: string;
    readonly rank: number;
    readonly inserted: string;
    readonly runId: number;
    readonly deadline: string;
  } | null;
  /** A pending entry to remove; the caller has locked it. */
  readonly unpend: { readonly taskQueueId: string; readonly rank: number; readonly inserted: string } | null;
  /** A claim to write; `endsClaim` removes it. */
  readonly claim: {
    readonly taskQueueId: string;
    readonly runId: number;
    readonly workerGroup: string;
    readonly workerId: string;
    readonly claimed: string;
    readonly takenUntil: string;
  } | null;
  readonly endsClaim: boolean;
  /** No run is left that could still do something; a rerun makes the task unresolved again, until this deadline. */
  readonly settled: boolean;
  readonly reopenedUntil: string | null;
  readonly messages: readonly object[];
}

/** What is written together with changes of tasks. */
export interface Following {
  /** Nothing follows: the statement ends the transaction. */
  readonly last: boolean;
  /** Tasks that were resolved: at most `maxEdges` edges to them are marked as satisfied. */
  readonly resolutions: readonly Resolution[];
  readonly maxEdges: number;
  /** Groups in which a task was resolved. Never waits: the same group may be noted many times. */
  readonly groups: readonly string[];
  /** What workers claimed by these changes. */
  readonly claims: RecordedClaims | undefined;
}

/**
 * Writes what transitions decided, for many tasks at once, and what follows from it; answers how many edges of each dependent were
 * satisfied. The tasks are locked by the caller. One statement that names only what is there to do: each one more costs about as much
 * as three tasks, and a part that finds nothing to do still has to be begun.
 */
export const writeChanges = (tx: Tx, changes: readonly ChangeRow[], following: Following) => {
  const { last, resolutions, maxEdges, groups, claims } = following;
  const parts = [
    input(changes),
    updated,
    ...(changes.some((c) => c.pending) ? [waiting] : []),
    ...(changes.some((c) => c.unpend) ? [leftQueue] : []),
    ...(changes.some((c) => c.claim) ? [claimed] : []),
    ...(changes.some((c) => c.endsClaim) ? [unclaimed] : []),
    ...(changes.some((c) => c.settled) ? [settled] : []),
    ...(changes.some((c) => c.reopenedUntil !== null) ? [reopened] : []),
    ...(claims ? [recordingClaims(claims)] : []),
    ...(groups.length > 0 ? [sql`noted as (insert into queue.group_checks (task_group_id) select unnest(${groups}::text[]))`] : []),
    ...(resolutions.length > 0 ? [satisfying(resolutions, maxEdges)] : []),
    ...(changes.some((c) => c.messages.length > 0) ? [announced] : []),
  ];
  const write = last ? tx.last : tx.many;
  return write(Edge, resolutions.length > 0 ? sql`with ${listed(parts)} ${satisfiedEdges}` : sql`with ${listed(parts)} select where false`);
};

const input = (changes: readonly ChangeRow[]) => sql`
  input as materialized (
    select * from json_to_recordset(${JSON.stringify(changes)}::json) as (
      "taskId" text, "taskGroupId" text, state text, runs json, "retriesLeft" smallint, "everResolved" boolean,
      pending json, unpend json, claim json, "endsClaim" boolean, settled boolean, "reopenedUntil" timestamptz, messages json))`;

const updated = sql`
  updated as (
    update queue.tasks t set state = i.state, runs = i.runs, retries_left = i."retriesLeft", ever_resolved = i."everResolved"
    from input i where t.task_id = i."taskId")`;

const waiting = sql`
  waiting as (
    insert into queue.pending (task_queue_id, rank, inserted, task_id, run_id, deadline)
    select p."taskQueueId", p.rank, p.inserted, i."taskId", p."runId", p.deadline
    from input i, json_to_record(i.pending) as p ("taskQueueId" text, rank smallint, inserted timestamptz, "runId" smallint, deadline timestamptz)
    where i.pending is not null
    on conflict do nothing)`;

const leftQueue = sql`
  left_queue as (
    delete from queue.pending p using input i
    join lateral json_to_record(i.unpend) as u ("taskQueueId" text, rank smallint, inserted timestamptz) on true
    where i.unpend is not null
      and p.task_queue_id = u."taskQueueId" and p.rank = u.rank and p.inserted = u.inserted and p.task_id = i."taskId")`;

const claimed = sql`
  claimed as (
    insert into queue.claims (task_id, run_id, task_queue_id, worker_group, worker_id, claimed, taken_until)
    select i."taskId", c."runId", c."taskQueueId", c."workerGroup", c."workerId", c.claimed, c."takenUntil"
    from input i, json_to_record(i.claim) as c ("taskQueueId" text, "runId" smallint, "workerGroup" text, "workerId" text, claimed timestamptz, "takenUntil" timestamptz)
    where i.claim is not null
    on conflict (task_id) do update set run_id = excluded.run_id, worker_group = excluded.worker_group, worker_id = excluded.worker_id,
      claimed = excluded.claimed, taken_until = excluded.taken_until)`;

// By key, not by a join: a plan made while a table was nearly empty would read all of it for each task, until the statistics are renewed.
const unclaimed = sql`
  unclaimed as (delete from queue.claims where task_id = any(array(select "taskId" from input where "endsClaim")))`;

const settled = sql`
  settled as (
    delete from queue.deadlines
    where task_group_id = any(array(select "taskGroupId" from input where settled)) and task_id = any(array(select "taskId" from input where settled)))`;

const reopened = sql`
  reopened as (
    insert into queue.deadlines (task_group_id, task_id, deadline, ever_resolved)
    select "taskGroupId", "taskId", "reopenedUntil", "everResolved" from input where "reopenedUntil" is not null
    on conflict do nothing)`;

const announced = sql`
  announced as (
    insert into platform.messages (exchange, routing_key, cc, payload)
    select m.exchange, m."routingKey", m.cc, m.payload
    from (select messages, row_number() over () as place from input) i,
      rows from (json_to_recordset(i.messages) as (exchange text, "routingKey" text, cc text[], payload json)) with ordinality as m (exchange, "routingKey", cc, payload, place)
    order by i.place, m.place)`;

const Ready = Type.Object({ taskId: Type.String() });
const Edge = Type.Object({ dependentTaskId: Type.String(), satisfied: Type.Integer() });
/** How many edges of a dependent were satisfied just now. */
export type SatisfiedEdges = Static<typeof Edge>;

export interface Resolution {
  readonly taskId: string;
  readonly completed: boolean;
}

/**
 * Marks the edges to resolved tasks as satisfied, at most `limit` of them. With `all-completed`, a task that did not complete
 * satisfies nothing; a later rerun of it that completes does.
 */
const satisfying = (resolutions: readonly Resolution[], limit: number) => sql`
  resolved as materialized (select * from json_to_recordset(${JSON.stringify(resolutions)}::json) as ("taskId" text, completed boolean)),
  open as (
    select d.required_task_id, d.dependent_task_id
    from queue.dependencies d join resolved r on r."taskId" = d.required_task_id
    where not d.satisfied and (r.completed or d.requires = 'all-resolved')
    order by d.dependent_task_id, d.required_task_id limit ${limit}
    for update of d),
  closed as (
    update queue.dependencies d set satisfied = true from open o
    where d.required_task_id = o.required_task_id and d.dependent_task_id = o.dependent_task_id and not d.satisfied
    returning d.dependent_task_id)`;
const satisfiedEdges = sql`select dependent_task_id as "dependentTaskId", count(*)::int as satisfied from closed group by dependent_task_id`;

/** As in `writeChanges`, for resolutions that were written before; answers how many edges of each dependent were satisfied. */
export const satisfyEdges = (tx: Tx, resolutions: readonly Resolution[], limit: number) =>
  tx.many(Edge, sql`with ${satisfying(resolutions, limit)} ${satisfiedEdges}`);

/** Leaves the rest of many dependents to the loop. */
export const queueResolutions = (tx: Tx, resolutions: readonly Resolution[]) =>
  tx.run(sql`
    insert into queue.resolutions (task_id, completed)
    select "taskId", completed from json_to_recordset(${JSON.stringify(resolutions)}::json) as ("taskId" text, completed boolean)
    on conflict (task_id) do update set completed = queue.resolutions.completed or excluded.completed`);

const ResolutionRow = Type.Object({ taskId: Type.String(), completed: Type.Boolean() });

/** Takes resolutions that wait for the loop; they stay until `dropResolutions`. */
export const takeResolutions = (tx: Tx, limit: number) =>
  tx.many(
    ResolutionRow,
    sql`select task_id as "taskId", completed from queue.resolutions order by task_id limit ${limit} for update skip locked`,
  );

export const dropResolutions = (tx: Tx, taskIds: readonly string[]) =>
  tx.run(sql`delete from queue.resolutions where task_id = any(${taskIds})`);

/** Counts satisfied edges off their dependents and answers the dependents that now wait for nothing more. Locks them. */
export const countOff = async (tx: Tx, edges: readonly SatisfiedEdges[]): Promise<string[]> => {
  if (edges.length === 0) return [];
  const ready = await tx.many(
    Ready,
    sql`
      with edges as materialized (select * from json_to_recordset(${JSON.stringify(edges)}::json) as ("dependentTaskId" text, satisfied int)),
      locked as materialized (
        select t.task_id, e.satisfied from queue.tasks t join edges e on e."dependentTaskId" = t.task_id
        order by t.task_id for update of t),
      counted as (
        update queue.tasks t set unsatisfied = t.unsatisfied - l.satisfied
        from locked l where t.task_id = l.task_id
        returning t.task_id, t.unsatisfied, t.state)
      select task_id as "taskId" from counted where unsatisfied <= 0 and state = 'unscheduled'`,
  );
  return ready.map((r) => r.taskId);
};
