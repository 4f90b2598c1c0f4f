-- Task queues and workers, and the index that finds expired tasks.

-- A queue that a worker asked for work. Written at most every half hour for each queue, so that claims do not queue up behind one row.
create table queue.task_queues (
  task_queue_id text collate "C" primary key,
  last_active timestamptz not null,
  expires timestamptz not null
);

-- A worker is written with each of its claims. Only the key is indexed and pages keep free space, so such an update stays in its page;
-- what is expired is found by looking at all of them, once an hour.
create table queue.workers (
  task_queue_id text collate "C" not null,
  worker_group text collate "C" not null,
  worker_id text collate "C" not null,
  first_claim timestamptz not null,
  last_active timestamptz not null,
  expires timestamptz not null,
  -- The last 20 runs that it claimed, oldest first: `<taskId>/<runId>`.
  recent_tasks text[] not null default '{}',
  quarantine_until timestamptz not null default platform.now() - interval '10 years',
  -- Who changed the quarantine, when, and why; oldest first.
  quarantine_details jsonb not null default '[]',
  primary key (task_queue_id, worker_group, worker_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);

-- The expiry of a task never changes, and tasks are created in about the order in which they expire: the index grows at its end.
create index tasks_expires on queue.tasks (expires);
