-- Uploads of artifacts in parts that are under way, and when the deletion of an artifact's data that failed is tried again.

create table queue.artifact_uploads (
  task_id text collate "C" not null,
  run_id smallint not null,
  name text collate "C" not null,
  upload_id text collate "C" not null,
  -- What the store calls it.
  store_upload_id text not null,
  bucket text not null,
  key text collate "C" not null,
  parts integer not null,
  completed boolean not null default false,
  -- Then it is given up, or forgotten when it is complete.
  expires timestamptz not null,
  -- One at a time: another one takes its place.
  primary key (task_id, run_id, name)
);
create index artifact_uploads_expires on queue.artifact_uploads (expires);

alter table queue.artifacts add column delete_after timestamptz;
