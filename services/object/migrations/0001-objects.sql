-- Objects, the files that hold their bytes, and the streams that live logs are written to.

create schema if not exists object;

-- One row for each object of the v1 API. It is finished, and from then on immutable, when upload_id is null.
create table object.objects (
  name text primary key,
  project_id text not null,
  backend_id text not null,
  -- The upload id of the first createUpload. It stays: the bytes are stored under it, so that a URL for an upload that was
  -- given up can never write into a later object of the same name.
  data_id text not null,
  upload_id text,
  upload_expires timestamptz,
  expires timestamptz not null,
  -- Algorithm to hexadecimal text.
  hashes jsonb not null default '{}'
);
create unique index objects_upload_id on object.objects (upload_id) where upload_id is not null;
create index objects_expires on object.objects (expires);
create index objects_upload_expires on object.objects (upload_expires) where upload_id is not null;

-- What the local backend holds. A row appears after its bytes are safely on disk, and names the version of the file that
-- belongs to it: a reader sees an old file or a new one, never a mixture.
create table object.files (
  -- SHA-256 of bucket, NUL and key: names of any length and any characters, and the name of the file on disk.
  id bytea primary key,
  bucket text not null,
  key text not null,
  version text not null,
  size bigint not null,
  content_type text not null,
  content_encoding text,
  etag text not null,
  created timestamptz not null default platform.now()
);

-- Text that is still being written.
create table object.streams (
  id bigint generated always as identity primary key,
  name text not null unique,
  length bigint not null default 0,
  complete boolean not null default false,
  created timestamptz not null default platform.now(),
  expires timestamptz not null
);
create index streams_expires on object.streams (expires);

-- Append-only; a chunk is at most 256 KiB, so that a reader's page is bounded whatever its writer sent.
create table object.stream_chunks (
  stream_id bigint not null references object.streams on delete cascade,
  start bigint not null,
  bytes bytea not null,
  primary key (stream_id, start)
);
