import type { Log } from '@taskcluster/log';
import { Type } from 'typebox';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

/** The database's time, told by a process without asking for it. */
export interface DatabaseClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Compares the clock of this process with the database's, and goes by the latter from then on. */
  readonly compare: () => Promise<void>;
}

/** Below this the clocks agree: what keeps clocks right corrects them by less, and time should not jump for so little. */
const agreementMs = 1_000;

const Time = Type.Object({ time: Type.String() });

/**
 * A clock that goes with the database's, whatever the clock of this process says. Claims and deadlines are counted by the database, so
 * credentials that end with a claim must be made, and looked at, by the same clock: else a process whose clock is ten minutes ahead
 * refuses every worker (reliability.md, G8). Between comparisons the clock of the process moves it on.
 */
export const databaseClock = (db: Database, log: Log, processNow: () => number = Date.now): DatabaseClock => {
  let differenceMs = 0;
  return {
    now: () => processNow() + differenceMs,
    compare: async () => {
      const [begun, before] = [performance.now(), processNow()];
      const row = await db.maybe(Time, sql`select clock_timestamp() as time`);
      const took = performance.now() - begun;
      if (!row) return;
      // The answer is from some time in between.
      const found = Date.parse(row.time) - (before + took / 2);
      const difference = Math.abs(found) < agreementMs + took ? 0 : Math.round(found);
      if (Math.abs(difference - differenceMs) > agreementMs + took) {
        if (difference === 0) log.info({}, 'the clock of this process agrees with the database’s again');
        else
          log.warn(
            { differenceMs: difference },
            `the clock of this process is ${Math.round(Math.abs(difference) / 1_000)} s ${difference < 0 ? 'ahead of' : 'behind'} the database’s, which is gone by; set both right (NTP)`,
          );
        differenceMs = difference;
      }
    },
  };
};
