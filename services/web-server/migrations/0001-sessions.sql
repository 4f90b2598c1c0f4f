-- Sign-in codes and sessions of the web page. Of both only a hash is stored: a copy of the database signs nobody in.

create schema if not exists web;

create table web.codes (
  hash bytea primary key,
  expires timestamptz not null
);
create index codes_expires on web.codes (expires);

create table web.sessions (
  hash bytea primary key,
  -- Names the session in clientIds and logs. It is random, and tells nothing about the hash.
  label text not null,
  created timestamptz not null default platform.now(),
  expires timestamptz not null
);
create index sessions_expires on web.sessions (expires);
