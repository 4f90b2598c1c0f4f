import { type Database, sql } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';

/** The wake-up channel that announces new messages. */
export const messagesWritten = 'messages';

/** Removes messages that are older than `keepMs`. Who was away for longer starts at what is left. */
export const retentionLoop: Loop<{ readonly db: Database; readonly keepMs: number }> = {
  name: 'message retention',
  idleMs: () => 600_000,
  batch: 5_000,
  step: ({ db, keepMs }, batch) =>
    db.run(sql`
      delete from platform.messages where ctid = any(array(
        select ctid from platform.messages
        where created < platform.now() - ${`${keepMs} ms`}::interval limit ${batch}))`),
};
