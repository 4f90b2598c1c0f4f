import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { type Static, Type } from 'typebox';

const GroupRow = Type.Object({
  taskGroupId: Type.String(),
  schedulerId: Type.String(),
  expires: Type.String(),
  sealed: Type.Union([Type.String(), Type.Null()]),
});

const groupColumns = sql`task_group_id as "taskGroupId", scheduler_id as "schedulerId", expires, sealed`;

export const findGroup = (db: Queryable, taskGroupId: string) =>
  db.maybe(GroupRow, sql`select ${groupColumns} from queue.groups where task_group_id = ${taskGroupId}`);

const SharedGroupRow = Type.Object({ ...GroupRow.properties, now: Type.String() });

export type SharedGroup = Static<typeof SharedGroupRow>;

/**
 * Locks groups that tasks are about to join: none is sealed before the tasks are in. Creators share the lock, so they do
 * not wait for each other.
 */
export const shareGroups = (tx: Tx, taskGroupIds: readonly string[]) =>
  tx.many(
    SharedGroupRow,
    sql`select ${groupColumns}, platform.now() as now from queue.groups where task_group_id = any(${taskGroupIds}) order by task_group_id for share`,
  );

export interface NewGroup {
  readonly taskGroupId: string;
  readonly schedulerId: string;
  readonly expires: string;
}
/** Creates groups that do not exist, and answers those; who comes second changes nothing. */
export const createGroups = (tx: Tx, groups: readonly NewGroup[]) =>
  tx.many(
    SharedGroupRow,
    sql`
    insert into queue.groups (task_group_id, scheduler_id, expires)
    select "taskGroupId", "schedulerId", expires
    from json_to_recordset(${JSON.stringify(groups)}::json) as ("taskGroupId" text, "schedulerId" text, expires timestamptz)
    order by "taskGroupId"
    on conflict (task_group_id) do nothing
    returning ${groupColumns}, platform.now() as now`,
  );

export interface LastingGroup {
  readonly taskGroupId: string;
  readonly expires: string;
  /** Made in this transaction: nobody else can have extended it. */
  readonly isNew: boolean;
}
/** A group outlives its tasks: its expiry moves on when a task that expires later joins. */
export const extendGroups = (tx: Tx, groups: readonly LastingGroup[]) =>
  tx.run(sql`
    update queue.groups g set expires = n.expires
    from json_to_recordset(${JSON.stringify(groups)}::json) as n ("taskGroupId" text, expires timestamptz, "isNew" boolean)
    where g.task_group_id = n."taskGroupId" and (n."isNew" or g.expires < n.expires)`);

/**
 * Seals a group, once: a repeat answers the first time. The update waits for creators that are just joining the group (they
 * share its lock), so whoever was in time is in, and whoever comes later is refused.
 */
export const sealGroup = (tx: Tx, taskGroupId: string) =>
  tx.maybe(
    GroupRow,
    sql`
      update queue.groups set sealed = coalesce(sealed, platform.now()) where task_group_id = ${taskGroupId}
      returning ${groupColumns}`,
  );

/** Waits for creators that are just joining the group, and keeps others out until the transaction ends: its tasks are all there are. */
export const closeGroup = (tx: Tx, taskGroupId: string) =>
  tx.run(sql`select from queue.groups where task_group_id = ${taskGroupId} for no key update`);

const Size = Type.Object({ size: Type.Integer() });
export const groupSize = async (db: Queryable, taskGroupId: string): Promise<number> =>
  (await db.maybe(Size, sql`select count(*)::int as size from queue.tasks where task_group_id = ${taskGroupId}`))?.size ?? 0;

const Member = Type.Object({ taskId: Type.String() });
export interface MemberPage {
  readonly taskGroupId: string;
  readonly after: string;
  readonly limit: number;
}
/** Tasks of a group that may be canceled, in the order of their ids. */
export const unresolvedMembers = (tx: Tx, { taskGroupId, after, limit }: MemberPage) =>
  tx.many(
    Member,
    sql`
      select task_id as "taskId" from queue.tasks
      where task_group_id = ${taskGroupId} and task_id > ${after} and state in ('unscheduled', 'pending', 'running') and deadline >= platform.now()
      order by task_id limit ${limit}`,
  );

/** Tasks of a group whose priority may become this one, in the order of their ids. */
export const membersOfOtherRank = (tx: Tx, { taskGroupId, after, limit, rank }: MemberPage & { readonly rank: number }) =>
  tx.many(
    Member,
    sql`
      select task_id as "taskId" from queue.tasks
      where task_group_id = ${taskGroupId} and task_id > ${after} and rank <> ${rank} and not ever_resolved and deadline >= platform.now()
      order by task_id limit ${limit}`,
  );

const Noted = Type.Object({ taskGroupId: Type.String() });
/** Takes notes of resolved tasks; each note is taken by one process. */
export const takeGroupNotes = (tx: Tx, limit: number) =>
  tx.many(
    Noted,
    sql`
      delete from queue.group_checks where id = any(array(select id from queue.group_checks order by id limit ${limit} for update skip locked))
      returning task_group_id as "taskGroupId"`,
  );

/** Of these groups, the ones in which every task has been resolved at least once. */
export const resolvedGroups = (tx: Tx, taskGroupIds: readonly string[]) =>
  tx.many(
    GroupRow,
    sql`
      select ${groupColumns} from queue.groups g
      where g.task_group_id = any(${taskGroupIds})
        and not exists (select from queue.deadlines d where d.task_group_id = g.task_group_id and not d.ever_resolved)
      order by g.task_group_id`,
  );
