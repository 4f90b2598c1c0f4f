-- Readers that are far behind go through the log by id, and a delivery that is tried again still knows when its message was written.

create unique index messages_id on platform.messages (id);

alter table platform.failed_deliveries add column created timestamptz not null default platform.now();
