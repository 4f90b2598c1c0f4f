-- Clients and roles, and a version that every change of them moves on: caches compare it when a notification was lost.

create schema auth;

create table auth.clients (
  client_id text primary key collate "C",
  description text not null,
  -- AES-256-GCM: nonce, tag and text in one; never stored or logged in the clear.
  access_token bytea not null,
  scopes text[] not null,
  expires timestamptz not null,
  disabled boolean not null default false,
  delete_on_expiration boolean not null default false,
  created timestamptz not null default platform.now(),
  last_modified timestamptz not null default platform.now(),
  last_date_used timestamptz not null default platform.now(),
  last_rotated timestamptz not null default platform.now()
);

create table auth.roles (
  role_id text primary key collate "C",
  description text not null,
  scopes text[] not null,
  created timestamptz not null default platform.now(),
  last_modified timestamptz not null default platform.now()
);

create table auth.version (
  one boolean primary key default true check (one),
  number bigint not null
);
insert into auth.version (number) values (1);

create function auth.move_version() returns trigger language plpgsql as $$
begin
  update auth.version set number = number + 1;
  return null;
end $$;

-- Only what decides about access moves the version on: a new date of last use does not.
create trigger clients_version after insert or delete or update of access_token, scopes, expires, disabled on auth.clients
  for each statement execute function auth.move_version();
create trigger roles_version after insert or delete or update of scopes on auth.roles
  for each statement execute function auth.move_version();
