import { sql, type Tx } from '@taskcluster/db';

export interface WantedGroup {
  readonly taskGroupId: string;
  readonly schedulerId: string;
  /** When the last of the new tasks expires. */
  readonly expires: string;
  /** Until when the group is kept if it has to be made or extended for them. */
  readonly lasting: string;
}

/** Makes the groups that do not exist, and extends those that would expire before their new tasks; in the order of their ids. */
export const reserveGroups = (tx: Tx, groups: readonly WantedGroup[]) =>
  tx.run(sql`
    insert into queue.groups as g (task_group_id, scheduler_id, expires)
    select w."taskGroupId", w."schedulerId", w.lasting
    from json_to_recordset(${JSON.stringify(groups)}::json) as w ("taskGroupId" text, "schedulerId" text, expires timestamptz, lasting timestamptz)
    where not exists (select from queue.groups o where o.task_group_id = w."taskGroupId" and o.expires >= w.expires)
    order by w."taskGroupId" collate "C"
    on conflict (task_group_id) do update set expires = greatest(g.expires, excluded.expires)`);
