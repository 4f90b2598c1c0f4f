import { type Database, script, sql } from '@taskcluster/db';

/** What tasks are made of: a few of each are common and most are rare, as in life. */
interface Topics {
  readonly projects: readonly string[];
  readonly owners: readonly string[];
  readonly queues: readonly string[];
  readonly suites: readonly string[];
  readonly platforms: readonly string[];
}

export const topicsOf = (): Topics => ({
  projects: ['firefox-try', 'firefox-main', 'firefox-autoland', ...numbered('project', 80)],
  owners: ['release@example.com', 'cron@example.com', ...numbered('developer', 2_000).map((name) => `${name}@example.com`)],
  queues: ['linux', 'linux-large', 'windows', 'macos', 'android', ...numbered('pool', 55)].map((type) => `builders/${type}`),
  suites: [
    'build',
    'mochitest-plain',
    'mochitest-browser-chrome',
    'web-platform-tests',
    'xpcshell',
    'reftest',
    'lint-eslint',
    'lint-rustfmt',
    'talos-perf',
    'source-docs',
    'signing',
    'beetmover',
    ...numbered('suite', 200),
  ],
  platforms: [
    'linux1804-64/opt',
    'linux1804-64/debug',
    'windows11-64/opt',
    'windows11-64/debug',
    'macosx1500-aarch64/opt',
    'android-hw-a55/opt',
    ...numbered('platform', 30).map((p) => `${p}/opt`),
  ],
});
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);

export interface Chunk {
  readonly count: number;
  readonly pending: boolean;
  readonly daysAgo: number;
  readonly untilDaysAgo: number;
  readonly topics: Topics;
}

/**
 * Adds tasks in groups of 1 to 3,000, most of them small. Of those that are resolved 92 % completed, 5 % failed and 3 % ended otherwise;
 * a pending chunk has one unscheduled task in ten, which depends on a pending one, and is all in one queue: the longest backlog is the hardest.
 */
export const addTasks = (db: Database, { count, pending, daysAgo, untilDaysAgo, topics: t }: Chunk) =>
  db.run(sql`
    with sizes as materialized (
      select n, least(3000, ceil(exp(random() * 8)))::int as size from generate_series(1, ${count}::int) n),
    groups as materialized (
      select ${newId()} as id, size, start, power(random(), 3) as a, power(random(), 2) as b
      from (select n, size, sum(size) over (order by n) - size as start from sizes) s where start < ${count}),
    raw as materialized (
      select case when k = 0 then g.id else ${newId()} end as task_id, g.id as task_group_id, k, g.start + k as place,
        g.a, g.b, power(random(), 3) as c, power(random(), 2) as d, random() as luck
      from groups g, generate_series(0, g.size - 1) k where g.start + k < ${count}),
    made as materialized (
      select r.*,
        date_trunc('milliseconds', platform.now() - interval '1 day' * (${daysAgo}::float8 + (${untilDaysAgo}::float8 - ${daysAgo}::float8) * place / ${count})) as created,
        (${t.projects}::text[])[1 + floor(a * ${t.projects.length})::int] as project,
        (${t.owners}::text[])[1 + floor(b * ${t.owners.length})::int] as owner,
        (${t.queues}::text[])[case when ${pending}::boolean then 1 else 1 + floor(c * ${t.queues.length})::int end] as queue,
        (${t.suites}::text[])[1 + floor(d * ${t.suites.length})::int] as suite,
        (${t.platforms}::text[])[1 + floor(c * ${t.platforms.length})::int] as platform,
        case when ${pending}::boolean then (case when k % 10 = 9 then 'unscheduled' else 'pending' end)
          when luck < 0.92 then 'completed' when luck < 0.97 then 'failed' else 'exception' end as state,
        case when ${pending}::boolean and k % 10 = 9 then lag(task_id) over (order by place) end as required
      from raw r),
    full_rows as materialized (
      select m.*,
        case when ${pending}::boolean then platform.now() + interval '4 days' else created + interval '1 day' end as deadline,
        case when k = 0 then 'Decision Task ' || (place % 1000) else suite || '-' || platform || '-' || (place % 17) end as name,
        case state when 'unscheduled' then '[]'
          when 'pending' then json_build_array(json_build_object('runId', 0, 'state', 'pending', 'reasonCreated', 'scheduled', 'scheduled', ${iso('created')}))::text
          else json_build_array(json_build_object('runId', 0, 'state', state, 'reasonCreated', 'scheduled',
            'reasonResolved', case state when 'exception' then 'canceled' else state end, 'workerGroup', 'group', 'workerId', 'worker-' || (place % 500),
            'takenUntil', ${iso('created')}, 'scheduled', ${iso('created')}, 'started', ${iso('created')}, 'resolved', ${iso('created')}))::text end as runs
      from made m),
    new_tasks as (
      insert into queue.tasks (task_id, task_queue_id, scheduler_id, task_group_id, project_id, rank, requires, created, deadline, expires,
        retries, retries_left, state, runs, unsatisfied, ever_resolved, routes, tags, definition)
      select task_id, queue, 'scheduler', task_group_id, project, 4 + k % 4, 'all-completed', created, deadline, deadline + interval '1 year',
        5, 5, state, runs::json, case when required is null then 0 else 1 end, not ${pending}::boolean, '{}',
        json_build_object('kind', suite, 'label', name),
        json_build_object('provisionerId', split_part(queue, '/', 1), 'workerType', split_part(queue, '/', 2), 'taskQueueId', queue,
          'schedulerId', 'scheduler', 'projectId', project, 'taskGroupId', task_group_id,
          'dependencies', case when required is null then '[]'::json else json_build_array(required) end,
          'requires', 'all-completed', 'routes', '[]'::json, 'priority', (array['medium', 'low', 'very-low', 'lowest'])[1 + k % 4], 'retries', 5,
          'created', ${iso('created')}, 'deadline', ${iso('deadline')}, 'expires', ${iso("deadline + interval '1 year'")}, 'scopes', '[]'::json,
          'payload', json_build_object('command', json_build_array(json_build_array('/bin/bash', '-c', 'run ' || name)), 'maxRunTime', 3600,
            'env', json_build_object('TASK_NAME', name)),
          'metadata', json_build_object('name', name, 'description', 'A task that fills the database', 'owner', owner, 'source', 'https://example.com/fill'),
          'tags', json_build_object('kind', suite, 'label', name), 'extra', '{}'::json)
      from full_rows),
    new_groups as (
      insert into queue.groups (task_group_id, scheduler_id, expires, created)
      select distinct on (task_group_id) task_group_id, 'scheduler', deadline + interval '2 years', created from full_rows order by task_group_id, place),
    waiting as (
      insert into queue.pending (task_queue_id, rank, inserted, task_id, run_id, deadline)
      select queue, 4 + k % 4, created, task_id, 0, deadline from full_rows where state = 'pending'),
    edges as (
      insert into queue.dependencies (required_task_id, dependent_task_id, requires, satisfied, expires)
      select required, task_id, 'all-completed', false, deadline + interval '1 year' from full_rows where required is not null)
    insert into queue.deadlines (task_group_id, task_id, deadline, ever_resolved)
    select task_group_id, task_id, deadline, false from full_rows where ${pending}::boolean`);

/** A random UUID in URL-safe base64. */
function newId() {
  return sql`rtrim(translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/', '-_'), '=')`;
}
/** A time as the API writes it. The expression is one of this file. */
function iso(expression: 'created' | 'deadline' | "deadline + interval '1 year'") {
  const format = sql`'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
  if (expression === 'created') return sql`to_char(created at time zone 'UTC', ${format})`;
  if (expression === 'deadline') return sql`to_char(deadline at time zone 'UTC', ${format})`;
  return sql`to_char((deadline + interval '1 year') at time zone 'UTC', ${format})`;
}

/** The index of the search is made at the end, which takes a fraction of the time. */
export const setAsideSearch = (db: Database) => db.run(script('drop index if exists queue.search_terms'));

/** As many as the loop of the search puts into a slice. */
const sliceSize = 25_000;

export const rebuildSearch = async (db: Database): Promise<void> => {
  await db.run(script('truncate queue.search, queue.search_slices restart identity'));
  await db.run(sql`
    insert into queue.search_slices (starts)
    select case when n = 1 then '-infinity' else created end
    from (select created, row_number() over (order by created, task_id) as n from queue.tasks) t where n % ${sliceSize}::int = 1
    order by n on conflict do nothing`);
  await db.run(sql`
    insert into queue.search (created, slice, task_id, task_group_id, resolved, terms)
    select t.created, s.slice, t.task_id, t.task_group_id, case when t.state in ('completed', 'failed', 'exception') then t.state end,
      queue.search_terms(t.definition) || case when t.state in ('failed', 'exception') then array_to_tsvector(array['s:' || t.state]) else '' end
    from (select slice, starts, lead(starts, 1, 'infinity') over (order by starts) as ends from queue.search_slices) s
      join queue.tasks t on t.created >= s.starts and t.created < s.ends
    order by t.created, t.task_id`);
  await db.run(sql`
    update queue.search_slices s set open = n.open, completed = n.completed, failed = n.failed
    from (
      select slice, count(*) filter (where resolved is null) as open, count(*) filter (where resolved = 'completed') as completed,
        count(*) filter (where resolved in ('failed', 'exception')) as failed
      from queue.search group by slice) n
    where n.slice = s.slice`);
  await db.run(script('create index search_terms on queue.search using gin (queue.search_keys(slice, terms))'));
  await db.run(script('alter index queue.search_terms alter column 1 set statistics 0'));
  await db.run(
    sql`update queue.search_place set after = pg_current_snapshot()::text, upto = null, last_id = 0, indexed_to = platform.now(), filled = true`,
  );
};

export const analyzeTables = async (db: Database): Promise<void> => {
  for (const table of ['tasks', 'groups', 'pending', 'dependencies', 'deadlines', 'search', 'search_slices'])
    await db.run(script(`vacuum analyze queue.${table}`));
};
