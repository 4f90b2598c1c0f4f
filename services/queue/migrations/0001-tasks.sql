-- Tasks, their groups and dependencies, and the three narrow tables that the queue works from: pending, claims, deadlines.

create schema queue;

-- One row per task. A transition rewrites the row (runs, retries_left, …) but touches no indexed column: with free space in the page
-- such an update stays in the page and leaves the indexes alone.
create table queue.tasks (
  task_id text collate "C" primary key,
  task_queue_id text collate "C" not null,
  scheduler_id text not null,
  task_group_id text collate "C" not null,
  project_id text not null,
  -- 1 highest … 7 lowest
  rank smallint not null,
  requires text not null,
  created timestamptz not null,
  deadline timestamptz not null,
  expires timestamptz not null,
  retries smallint not null,
  retries_left smallint not null,
  state text not null,
  runs json not null,
  -- Dependencies that are not satisfied yet.
  unsatisfied int not null,
  ever_resolved boolean not null default false,
  routes text[] not null,
  tags json not null,
  -- The definition as its author sent it, with defaults filled in. `json` keeps the text: nothing is reordered.
  definition json not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
create index tasks_group on queue.tasks (task_group_id, task_id);
create index tasks_created on queue.tasks (created, task_id);

create table queue.groups (
  task_group_id text collate "C" primary key,
  scheduler_id text not null,
  expires timestamptz not null,
  sealed timestamptz,
  created timestamptz not null default platform.now()
);
create index groups_created on queue.groups (created, task_group_id);

-- An edge: the dependent waits for the required task.
create table queue.dependencies (
  required_task_id text collate "C" not null,
  dependent_task_id text collate "C" not null,
  requires text not null,
  satisfied boolean not null,
  expires timestamptz not null,
  primary key (required_task_id, dependent_task_id)
);
create index dependencies_of on queue.dependencies (dependent_task_id);

-- A pending run waits here to be claimed. Its key is the order of claiming, so that one index serves claims, counts and removal.
create table queue.pending (
  task_queue_id text collate "C" not null,
  rank smallint not null,
  inserted timestamptz not null,
  task_id text collate "C" not null,
  run_id smallint not null,
  deadline timestamptz not null,
  primary key (task_queue_id, rank, inserted, task_id)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);

-- The claim of a running run.
create table queue.claims (
  task_id text collate "C" primary key,
  run_id smallint not null,
  task_queue_id text collate "C" not null,
  worker_group text not null,
  worker_id text not null,
  claimed timestamptz not null,
  taken_until timestamptz not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
create index claims_due on queue.claims (taken_until);
create index claims_queue on queue.claims (task_queue_id);

-- One row per task that is not resolved: whoever still is in here when its deadline has passed is resolved by it. A group is resolved
-- when it has no row that was never resolved (a rerun brings its task back).
create table queue.deadlines (
  task_group_id text collate "C" not null,
  task_id text collate "C" not null,
  deadline timestamptz not null,
  ever_resolved boolean not null default false,
  primary key (task_group_id, task_id)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
create index deadlines_due on queue.deadlines (deadline);

-- Work that a transaction left to a loop because there was much of it: tasks whose dependents are not all told yet.
create table queue.resolutions (
  task_id text collate "C" primary key,
  completed boolean not null
);

-- Groups in which a task was resolved: is every task of the group resolved now?
create table queue.group_checks (
  id bigint generated always as identity primary key,
  task_group_id text collate "C" not null
);

create table queue.artifacts (
  task_id text collate "C" not null,
  run_id smallint not null,
  name text collate "C" not null,
  storage_type text not null,
  content_type text not null,
  content_length bigint,
  -- What the kind of artifact needs: bucket and key, a url, the name of another artifact, a reason, an upload.
  details json not null,
  present boolean not null,
  expires timestamptz not null,
  primary key (task_id, run_id, name)
);
create index artifacts_expires on queue.artifacts (expires);
