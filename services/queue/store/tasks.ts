import { type Queryable, type Sql, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import { FullTaskRow, Now, taskColumns, TaskRow } from './task-row.ts';

/** The time of this transaction, from the database's clock. */
export const timeOf = async (tx: Queryable): Promise<string> => (await tx.maybe(Now, sql`select platform.now() as now`))?.now ?? '';

/** Tasks without their definitions; unknown ids are left out. */
export const findTasks = (db: Queryable, taskIds: readonly string[]) =>
  db.many(TaskRow, sql`select ${taskColumns} from queue.tasks t where t.task_id = any(${taskIds})`);

export const findFullTasks = (db: Queryable, taskIds: readonly string[]) =>
  db.many(FullTaskRow, sql`select ${taskColumns}, t.definition from queue.tasks t where t.task_id = any(${taskIds})`);

/** Some of several tasks that a caller asks for. */
export interface Asked {
  readonly taskIds: readonly string[];
  /** Leaves out those that were first asked for up to this place; 0 for none. */
  readonly after: number;
  readonly limit: number;
}

const placed = { place: Type.Integer() } as const;
const PlacedTaskRow = Type.Object({ ...TaskRow.properties, ...placed });
const PlacedFullTaskRow = Type.Object({ ...FullTaskRow.properties, ...placed });

/** The tasks that exist, as `t`, each once and in the order in which its id (`a.place`, from 1) was first asked for. */
const inPlace = (columns: Sql, { taskIds, after, limit }: Asked): Sql => sql`
  select ${columns}, a.place
  from (
    select task_id, min(place) as place from unnest(${taskIds}::text[]) with ordinality as each (task_id, place) group by task_id) a
  join queue.tasks t on t.task_id = a.task_id
  where a.place > ${after} order by a.place limit ${limit}`;

export const listTasks = (db: Queryable, asked: Asked) => db.many(PlacedTaskRow, inPlace(taskColumns, asked));

export const listFullTasks = (db: Queryable, asked: Asked) => db.many(PlacedFullTaskRow, inPlace(sql`${taskColumns}, t.definition`, asked));

/** As `findFullTasks`, and none of them changes until the transaction ends. */
export const shareFullTasks = (tx: Tx, taskIds: readonly string[]) =>
  tx.many(
    FullTaskRow,
    sql`select ${taskColumns}, t.definition from queue.tasks t where t.task_id = any(${taskIds}) order by t.task_id for share of t`,
  );

const LockedTaskRow = Type.Object({ ...TaskRow.properties, now: Type.String() });

/**
 * Locks tasks for a transition, in the order of their ids so that transitions which share tasks wait for each other
 * instead of deadlocking. What is read is what is true until the transaction ends.
 */
export const lockTasks = (tx: Tx, taskIds: readonly string[]) =>
  tx.many(
    LockedTaskRow,
    sql`select ${taskColumns}, platform.now() as now from queue.tasks t where t.task_id = any(${taskIds}) order by t.task_id for update of t`,
  );

const Waiting = Type.Object({ waiting: Type.Boolean() });
/** Whether anything waits for these tasks. Asked after they were locked, it stays true or false: a dependent is created under their lock. */
export const hasDependents = async (tx: Tx, taskIds: readonly string[]): Promise<boolean> =>
  (
    await tx.maybe(
      Waiting,
      sql`select exists (select from queue.dependencies where required_task_id = any(${taskIds}) and not satisfied) as waiting`,
    )
  )?.waiting ?? false;

const DependencyRow = Type.Object({ taskId: Type.String(), state: Type.String(), expires: Type.String() });

/** Locks dependencies of tasks that are about to be created: none of them is resolved before the edges are there. */
export const shareDependencies = (tx: Tx, taskIds: readonly string[]) =>
  tx.many(
    DependencyRow,
    sql`select task_id as "taskId", state, expires from queue.tasks where task_id = any(${taskIds}) order by task_id for share`,
  );

export interface NewTask {
  readonly taskId: string;
  readonly taskQueueId: string;
  readonly schedulerId: string;
  readonly taskGroupId: string;
  readonly projectId: string;
  readonly rank: number;
  readonly requires: string;
  readonly created: string;
  readonly deadline: string;
  readonly expires: string;
  readonly retries: number;
  readonly state: string;
  readonly runs: readonly object[];
  readonly unsatisfied: number;
  readonly routes: readonly string[];
  readonly tags: object;
  readonly definition: object;
  /** The time at which run 0 became pending; null while it waits for dependencies. */
  readonly pendingSince: string | null;
  readonly dependencies: readonly { readonly taskId: string; readonly satisfied: boolean }[];
  readonly messages: readonly object[];
}
const Inserted = Type.Object({ taskId: Type.String() });

/**
 * Inserts tasks with everything that belongs to them: pending entry, deadline, edges and messages. A task whose id is
 * taken is left out, with all that belongs to it; the answer names those that were inserted.
 */
export const insertTasks = (tx: Tx, tasks: readonly NewTask[]) => tx.many(Inserted, insertion(tasks));

/** As `insertTasks`, and the end of the transaction. */
export const insertTasksLast = (tx: Tx, tasks: readonly NewTask[]) => tx.last(Inserted, insertion(tasks));

const insertion = (tasks: readonly NewTask[]) => sql`
      with input as materialized (
        select * from json_to_recordset(${JSON.stringify(tasks)}::json) as (
          "taskId" text, "taskQueueId" text, "schedulerId" text, "taskGroupId" text, "projectId" text, rank smallint, requires text,
          created timestamptz, deadline timestamptz, expires timestamptz, retries smallint, state text, runs json, unsatisfied int,
          routes text[], tags json, definition json, "pendingSince" timestamptz, dependencies json, messages json)),
      inserted as (
        insert into queue.tasks (task_id, task_queue_id, scheduler_id, task_group_id, project_id, rank, requires, created, deadline,
          expires, retries, retries_left, state, runs, unsatisfied, routes, tags, definition)
        select "taskId", "taskQueueId", "schedulerId", "taskGroupId", "projectId", rank, requires, created, deadline,
          expires, retries, retries, state, runs, unsatisfied, routes, tags, definition
        from input order by "taskId"
        on conflict (task_id) do nothing
        returning task_id),
      fresh as materialized (select input.* from input join inserted on inserted.task_id = input."taskId"),
      waiting as (
        insert into queue.pending (task_queue_id, rank, inserted, task_id, run_id, deadline)
        select "taskQueueId", rank, "pendingSince", "taskId", 0, deadline from fresh where "pendingSince" is not null),
      deadlines as (insert into queue.deadlines (task_group_id, task_id, deadline) select "taskGroupId", "taskId", deadline from fresh),
      edges as (
        insert into queue.dependencies (required_task_id, dependent_task_id, requires, satisfied, expires)
        select d."taskId", f."taskId", f.requires, d.satisfied, f.expires
        from fresh f, json_to_recordset(f.dependencies) as d ("taskId" text, satisfied boolean)),
      announced as (
        insert into platform.messages (exchange, routing_key, cc, payload)
        select m.exchange, m."routingKey", m.cc, m.payload
        from fresh f, json_to_recordset(f.messages) as m (exchange text, "routingKey" text, cc text[], payload json))
      select task_id as "taskId" from inserted`;
