-- The index of the search: one narrow row for each task, written by a loop from the log of messages, so that creating a task costs nothing more.

-- What a task is found by: w: words of its name, o: its owner, p: its project, q: its queue, t: its tags. Long ones are cut off. Words are
-- in lower case; they stand between spaces and punctuation, and the parts of them between letters and digits and between small and capital
-- letters are words too: `test-linux1804` has the words test, linux1804, linux and 1804. About 30 µs: each text is read once.
create function queue.search_terms(definition json) returns tsvector
  language sql immutable parallel safe
  as $$
    select array_to_tsvector(array_remove(array(
      select t.term
      from json_to_record(definition) as d ("projectId" text, "taskQueueId" text, metadata json, tags json),
        json_to_record(d.metadata) as m (name text, owner text),
        lateral (
          select 'w:' || left(word, 100)
          from unnest(string_to_array(
            translate(
              lower(m.name collate "C") || case when m.name collate "C" ~ '[a-z0-9][A-Z]|[A-Za-z][0-9]' then ' ' || lower(regexp_replace(
                regexp_replace(m.name collate "C", '([a-z0-9])([A-Z])', '\1 \2', 'g'), '([A-Za-z])([0-9])', '\1 \2', 'g')) else '' end,
              E'\t\n\r!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~', repeat(' ', 35)),
            ' ')) word
          where word <> ''
          union all select left('o:' || lower(m.owner collate "C"), 200)
          union all select left('p:' || coalesce(d."projectId", 'none'), 200)
          union all select left('q:' || d."taskQueueId", 200)
          union all (select left('t:' || key || '=' || value, 200) from json_each_text(d.tags) limit 50)) t (term)), null))
  $$;

-- In the order in which a search answers. `resolved` is written once or twice and is in no index, so such an update stays in its page.
create table queue.search (
  created timestamptz not null,
  task_id text collate "C" not null,
  task_group_id text collate "C" not null,
  -- completed, failed or exception; null while the task is not resolved.
  resolved text,
  terms tsvector not null,
  primary key (created, task_id)
) with (fillfactor = 90, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
-- New entries wait in a list that every search reads: a short one.
create index search_terms on queue.search using gin (terms) with (gin_pending_list_limit = 512);
-- How common a term is decides how it is searched for: 10,000 of them are known, not 1,000.
alter table queue.search alter column terms set statistics 1000;

-- How far the index is: one row.
create table queue.search_place (
  only_one boolean primary key default true check (only_one),
  -- A place in the log of messages (packages/bus/log.ts): all that this snapshot shows is in, and of what `upto` shows everything up to `last_id`.
  after text not null,
  upto text,
  last_id bigint not null default 0,
  -- Everything that was written until then is in.
  indexed_to timestamptz not null default platform.now(),
  -- Tasks that are older than the log are added from the newest to the oldest; this is the last one that was.
  filled_created timestamptz not null default 'infinity',
  filled_task_id text collate "C" not null default '',
  filled boolean not null default false
) with (fillfactor = 10, autovacuum_vacuum_threshold = 500);
insert into queue.search_place (after) values (pg_current_snapshot()::text);
