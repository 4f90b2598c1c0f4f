-- The search goes through tasks slice by slice: its index of terms knows where in time an entry is. What was indexed before is indexed again.

drop table queue.search;

-- All of time in pieces of some 25,000 tasks each (search/domain/slicing.ts): an entry belongs to the slice with the latest start that is not after it.
create table queue.search_slices (
  slice int primary key generated always as identity,
  starts timestamptz not null unique,
  -- How many entries came, by what is known of their state; those that expired still count. `failed` includes exceptions.
  open int not null default 0,
  completed int not null default 0,
  failed int not null default 0
) with (fillfactor = 50, autovacuum_vacuum_threshold = 500);
insert into queue.search_slices (starts) values ('-infinity');

-- What the index of terms holds: each term with the number of its slice in front, so that the terms of a slice stand together and a
-- term that millions of tasks have is in many short lists, not in a long one.
create function queue.search_keys(slice int, terms tsvector) returns tsvector
  language sql immutable parallel safe
  as $$ select array_to_tsvector(array(select slice || term from unnest(tsvector_to_array(terms)) term)) $$;

-- In the order in which a search answers. `resolved` is in no index, so that writing it stays in its page; that a task failed, which
-- few do, is a term too (`s:failed`, `s:exception`).
create table queue.search (
  created timestamptz not null,
  slice int not null,
  task_id text collate "C" not null,
  task_group_id text collate "C" not null,
  -- completed, failed or exception; null while the task is not resolved.
  resolved text,
  terms tsvector not null,
  primary key (created, task_id)
) with (fillfactor = 90, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
-- New entries wait in a list that every search reads; each step of the loop ends with putting them in their places.
create index search_terms on queue.search using gin (queue.search_keys(slice, terms));
-- Nothing is decided by how common a term is in all of time, and finding it out took seconds.
alter table queue.search alter column terms set statistics 0;
alter index queue.search_terms alter column 1 set statistics 0;

update queue.search_place set filled = false, filled_created = 'infinity', filled_task_id = '';
