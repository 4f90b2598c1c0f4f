-- Tasks by their index paths, and the namespaces that the paths make.

create schema if not exists index;

-- A path is split at its last dot: what is before it is the namespace, empty for the root. Keys compare as bytes, so that the order of
-- a list does not depend on the database's locale.
create table index.tasks (
  namespace text collate "C" not null,
  name text collate "C" not null,
  task_id text not null,
  rank int not null,
  data json not null,
  -- The size of data as text, so that a page of large entries can be cut short without reading them.
  data_bytes int not null,
  expires timestamptz not null,
  -- When it was said that this task is here: the time of the insertion, or of the task's completion. A message that comes again, or
  -- late, does not replace what was said after it.
  asserted timestamptz not null,
  primary key (namespace, name)
);
create index tasks_expires on index.tasks (expires);

-- One row for each proper prefix of an indexed path. `expires` never shrinks, and is never before that of a task below.
create table index.namespaces (
  parent text collate "C" not null,
  name text collate "C" not null,
  expires timestamptz not null,
  primary key (parent, name)
);
create index namespaces_expires on index.namespaces (expires);
