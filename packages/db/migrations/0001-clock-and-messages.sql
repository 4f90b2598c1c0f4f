-- The platform's clock, the log of messages that transactions append to, and the places of those who read it.

create schema if not exists platform;

-- The one clock of all leases and deadlines. Milliseconds, because that is what the wire has.
-- Tests replace this function to move time; nothing else does.
create function platform.now() returns timestamptz
  language sql stable parallel safe
  as $$ select date_trunc('milliseconds', now()) $$;

-- Each row is a message, written by the transaction whose change it announces. Rows are never updated.
-- `txid` lets a reader tell which messages a snapshot already showed (docs/decisions/0003): no relay has to mark rows.
create table platform.messages (
  id bigint generated always as identity,
  txid xid8 not null default pg_current_xact_id(),
  created timestamptz not null default platform.now(),
  exchange text not null,
  routing_key text not null,
  cc text[] not null default '{}',
  payload json not null
);
create index messages_place on platform.messages (txid, id);
create index messages_age on platform.messages using brin (created);

-- Where a named consumer is in the log.
create table platform.consumers (
  name text primary key,
  cursor text not null,
  updated timestamptz not null default platform.now()
);

-- Deliveries that failed: tried again until `attempts` reaches the limit, then kept for a person to look at.
create table platform.failed_deliveries (
  consumer text not null,
  message_id bigint not null,
  exchange text not null,
  routing_key text not null,
  cc text[] not null,
  payload json not null,
  attempts int not null,
  next_attempt timestamptz,
  last_error text not null,
  primary key (consumer, message_id)
);
create index failed_deliveries_due on platform.failed_deliveries (consumer, next_attempt) where next_attempt is not null;
