import { type Queryable, type Sql, sql } from '@taskcluster/db';
import { Type } from 'typebox';

/** Something that must never be: a statement that finds it. */
interface Invariant {
  readonly name: string;
  readonly find: Sql;
}
export interface Violation {
  readonly invariant: string;
  readonly taskId: string;
  readonly detail: string;
}

// Each is one statement, so it sees one state of the database, also while others write. `recent` keeps a check in proportion to what
// happened since the last one: tasks created since then, and all that are not resolved.
const recent = sql`
  with recent as materialized (
    select t.*, (select r from json_array_elements(t.runs) with ordinality as a (r, i) order by i desc limit 1) as last
    from queue.tasks t where t.created >= (select since from chaos.since) or not t.ever_resolved)`;

const invariants: readonly Invariant[] = [
  {
    name: 'a running run has a claim (until its deadline)',
    find: sql`${recent}
      select task_id as "taskId", last::text as detail from recent
      where last ->> 'state' = 'running' and deadline >= platform.now()
        and not exists (select from queue.claims c where c.task_id = recent.task_id and c.run_id = (last ->> 'runId')::int)`,
  },
  {
    name: 'a claim belongs to a running run',
    find: sql`
      select c.task_id as "taskId", concat('run ', c.run_id, ' of ', t.runs) as detail
      from queue.claims c left join queue.tasks t on t.task_id = c.task_id
      where t.state is distinct from 'running' or json_array_length(t.runs) <> c.run_id + 1`,
  },
  {
    name: 'a pending run has a pending entry (until its deadline)',
    find: sql`${recent}
      select task_id as "taskId", last::text as detail from recent
      where last ->> 'state' = 'pending' and deadline >= platform.now() and not exists (
        select from queue.pending p where p.task_id = recent.task_id and p.run_id = (last ->> 'runId')::int and p.rank = recent.rank)`,
  },
  {
    name: 'a pending run has one pending entry',
    find: sql`select task_id as "taskId", count(*)::text as detail from queue.pending group by task_id, run_id having count(*) > 1`,
  },
  {
    name: 'a pending entry belongs to a pending run',
    find: sql`
      select p.task_id as "taskId", concat('run ', p.run_id, ' of ', t.runs) as detail
      from queue.pending p left join queue.tasks t on t.task_id = p.task_id
      where t.state is distinct from 'pending' or json_array_length(t.runs) <> p.run_id + 1`,
  },
  {
    name: 'an unresolved task has a deadline entry',
    find: sql`${recent}
      select task_id as "taskId", deadline::text as detail from recent
      where state in ('unscheduled', 'pending', 'running') and not exists (select from queue.deadlines d where d.task_id = recent.task_id)`,
  },
  {
    name: 'the state of a task is that of its last run',
    find: sql`${recent}
      select task_id as "taskId", concat(state, ' ', last) as detail from recent where state <> coalesce(last ->> 'state', 'unscheduled')`,
  },
  {
    name: 'only the last run may be unresolved, and runs are numbered',
    find: sql`${recent}
      select task_id as "taskId", runs::text as detail from recent
      where exists (
        select from json_array_elements(runs) with ordinality as a (r, i)
        where (r ->> 'runId')::int <> i - 1 or (i < json_array_length(runs) and r ->> 'resolved' is null))`,
  },
  {
    // A rerun begins to count anew: with the task's retries, or fewer when 50 runs are near. A claim that reached no
    // worker ends as if it had run out, and costs no retry: so there may be more retries than used ones explain.
    name: 'retries are counted',
    find: sql`${recent}, begun as (
      select recent.*, coalesce((
        select max((r ->> 'runId')::int) from json_array_elements(runs) r where r ->> 'reasonCreated' = 'rerun'), 0) as first
      from recent),
      counted as (
        select begun.*, case when first = 0 then retries else least(retries, 50 - first - 1) end as granted,
          (select count(*) from json_array_elements(runs) r where (r ->> 'runId')::int > first and r ->> 'reasonCreated' in ('retry', 'task-retry')) as used,
          (select count(*) from json_array_elements(runs) r where (r ->> 'runId')::int >= first and r ->> 'reasonResolved' = 'claim-expired') as free
        from begun)
      select task_id as "taskId", concat(retries_left, ' left of ', granted, ': ', runs) as detail from counted
      where retries_left + used < granted or retries_left + used > granted + free or retries_left > granted`,
  },
  {
    name: 'a task has no more than 50 runs',
    find: sql`${recent} select task_id as "taskId", runs::text as detail from recent where json_array_length(runs) > 50`,
  },
  {
    name: 'a satisfied edge leads to a task that was resolved as asked',
    find: sql`
      select d.dependent_task_id as "taskId", concat(d.required_task_id, ' ', r.runs) as detail
      from queue.dependencies d join queue.tasks r on r.task_id = d.required_task_id join queue.tasks t on t.task_id = d.dependent_task_id
      where d.satisfied and (t.created >= (select since from chaos.since) or not t.ever_resolved) and not exists (
        select from json_array_elements(r.runs) x
        where x ->> 'state' = 'completed' or (d.requires = 'all-resolved' and x ->> 'state' in ('failed', 'exception')))`,
  },
  {
    name: 'a resolved dependency has satisfied its edge',
    find: sql`
      select d.dependent_task_id as "taskId", concat(d.required_task_id, ' ', r.state) as detail
      from queue.dependencies d join queue.tasks r on r.task_id = d.required_task_id
      where not d.satisfied and (r.state = 'completed' or (d.requires = 'all-resolved' and r.state in ('failed', 'exception')))
        and not exists (select from queue.resolutions q where q.task_id = d.required_task_id)`,
  },
  {
    name: 'the count of unsatisfied edges is right',
    find: sql`${recent}
      select task_id as "taskId", unsatisfied::text as detail from recent
      where unsatisfied <> (select count(*) from queue.dependencies d where d.dependent_task_id = recent.task_id and not d.satisfied)`,
  },
  {
    name: 'who waits for nothing is scheduled',
    find: sql`${recent}
      select task_id as "taskId", definition ->> 'dependencies' as detail from recent
      where state = 'unscheduled' and unsatisfied = 0 and deadline >= platform.now()`,
  },
  {
    name: 'a task that is resolved was resolved once',
    find: sql`${recent}
      select task_id as "taskId", state as detail from recent where state in ('completed', 'failed', 'exception') and not ever_resolved`,
  },
  {
    name: 'a task has a group',
    find: sql`${recent}
      select task_id as "taskId", task_group_id as detail from recent
      where not exists (select from queue.groups g where g.task_group_id = recent.task_group_id and g.scheduler_id = recent.scheduler_id)`,
  },
  {
    name: 'an artifact belongs to a run that a worker was given',
    find: sql`
      select a.task_id as "taskId", concat(a.name, ' of run ', a.run_id, ' of ', t.runs) as detail
      from queue.artifacts a left join queue.tasks t on t.task_id = a.task_id
      where t.runs -> a.run_id::int ->> 'workerId' is null`,
  },
  {
    name: 'an object artifact that readers see has a finished object',
    find: sql`
      select a.task_id as "taskId", concat(a.name, ': ', o) as detail
      from queue.artifacts a left join object.objects o on o.name = concat('t/', a.task_id, '/', a.run_id, '/', a.name)
      where a.storage_type = 'object' and a.present and (o.name is null or o.upload_id is not null)`,
  },
  {
    name: 'a finished object has its data',
    find: sql`
      select split_part(o.name, '/', 2) as "taskId", o.name as detail from object.objects o
      where o.upload_id is null and not exists (select from object.files f where f.key = concat(o.data_id, '/', o.name))`,
  },
];

/** What the search must hold once it is up to date with everything. */
const indexed: Invariant = {
  name: 'the search knows every task, and how it ended',
  find: sql`
    select t.task_id as "taskId", concat(t.state, ', in the search: ', s.resolved) as detail
    from queue.tasks t left join queue.search s on s.created = t.created and s.task_id = t.task_id
    where s.task_id is null or s.resolved is distinct from (case when t.state in ('completed', 'failed', 'exception') then t.state end)`,
};

const Found = Type.Object({ taskId: Type.String(), detail: Type.Union([Type.String(), Type.Null()]) });

/** Makes the place where the checks remember since when they look. */
export const prepare = async (db: Queryable): Promise<void> => {
  await db.run(sql`create schema if not exists chaos`);
  await db.run(sql`create table if not exists chaos.since as select timestamptz '-infinity' as since`);
};

/** Looks for what must never be, among tasks created since then (ISO) and all that are unresolved. */
export const violations = async (db: Queryable, since: string): Promise<Violation[]> => {
  await db.run(sql`update chaos.since set since = ${since}`);
  const found: Violation[] = [];
  for (const invariant of invariants) found.push(...(await lookFor(db, invariant)));
  return found;
};
const lookFor = async (db: Queryable, { name, find }: Invariant): Promise<Violation[]> =>
  (await db.many(Found, find)).map(({ taskId, detail }) => ({ invariant: name, taskId, detail: detail ?? '' }));

/** Looks for what the search does not know although it is up to date. */
export const unindexed = (db: Queryable): Promise<Violation[]> => lookFor(db, indexed);

/** How many statements are run. */
export const invariantCount = invariants.length;
