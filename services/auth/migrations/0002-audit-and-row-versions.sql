-- A version on each client and role, so that caches read only what changed; and the history of who changed what.

alter table auth.clients add column version bigint not null default 0;
alter table auth.roles add column version bigint not null default 0;
create index clients_version on auth.clients (version);
create index roles_version on auth.roles (version);
create index clients_expiry on auth.clients (expires) where delete_on_expiration;

-- What was deleted, and at which version. Caches that are behind `complete_since` read everything again.
create table auth.removed (
  kind text not null,
  id text collate "C" not null,
  version bigint not null,
  removed timestamptz not null default platform.now(),
  primary key (kind, id)
);
create index removed_version on auth.removed (version);
alter table auth.version add column complete_since bigint not null default 0;

-- The version moves before the rows are written, so that they can carry it. Its row stays locked until the end of the transaction:
-- versions become visible in their order, and whoever has read up to one has missed nothing before it.
drop trigger clients_version on auth.clients;
drop trigger roles_version on auth.roles;

create function auth.stamp_version() returns trigger language plpgsql as $$
begin
  select number into new.version from auth.version;
  return new;
end $$;

create function auth.note_removed_client() returns trigger language plpgsql as $$
begin
  insert into auth.removed (kind, id, version) select 'client', old.client_id, number from auth.version
  on conflict (kind, id) do update set version = excluded.version, removed = excluded.removed;
  return null;
end $$;

create function auth.note_removed_role() returns trigger language plpgsql as $$
begin
  insert into auth.removed (kind, id, version) select 'role', old.role_id, number from auth.version
  on conflict (kind, id) do update set version = excluded.version, removed = excluded.removed;
  return null;
end $$;

create trigger clients_version before insert or delete or update of access_token, scopes, expires, disabled on auth.clients
  for each statement execute function auth.move_version();
create trigger clients_stamp before insert or update of access_token, scopes, expires, disabled on auth.clients
  for each row execute function auth.stamp_version();
create trigger clients_removed after delete on auth.clients
  for each row execute function auth.note_removed_client();
create trigger roles_version before insert or delete or update of scopes on auth.roles
  for each statement execute function auth.move_version();
create trigger roles_stamp before insert or update of scopes on auth.roles
  for each row execute function auth.stamp_version();
create trigger roles_removed after delete on auth.roles
  for each row execute function auth.note_removed_role();

create table auth.audit (
  id bigint generated always as identity primary key,
  entity_type text not null,
  entity_id text collate "C" not null,
  -- Who did it.
  client_id text collate "C" not null,
  action text not null,
  -- What changed, as it was and as it is; never an access token.
  before jsonb,
  after jsonb,
  created timestamptz not null default platform.now()
);
create index audit_entity on auth.audit (entity_type, entity_id, id);
-- Names of temporary credentials can be longer than an index takes.
create index audit_client on auth.audit (left(client_id, 1000), id);
create index audit_created on auth.audit using brin (created);
