import { connect, type Database, migrate, type Migrations, script } from '@taskcluster/db';
import { silentLog } from '@taskcluster/log';
import { randomBytes } from 'node:crypto';

/** The real time plus what the test added, in the clock of the code and, in SQL, in `platform.now()`. */
export interface TestClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Moves time forward: `90_000` milliseconds, or `'20m'`, `'5s'`, `'2h'`, `'3d'`. */
  advance(by: number | string): Promise<void>;
}

export interface TestDatabase {
  readonly db: Database;
  readonly connectionString: string;
  readonly clock: TestClock;
  close(): Promise<void>;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const millis = (by: number | string): number => {
  if (typeof by === 'number') return by;
  const [, amount, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(by) ?? [];
  if (amount === undefined) throw new Error(`${by} is not a duration such as 20m.`);
  return Number(amount) * (units[unit] ?? 0);
};

const nameFor = (kind: string) => `${kind}_${randomBytes(6).toString('hex')}`;
const withDatabase = (connectionString: string, name: string) => {
  const url = new URL(connectionString);
  url.pathname = `/${name}`;
  return url.toString();
};

/**
 * A database of its own in the cluster of the test run (`inject('postgres')`), with the given migrations.
 */
export const openTestDatabase = async (cluster: string, migrations: readonly Migrations[] = []): Promise<TestDatabase> => {
  const name = nameFor('test');
  const admin = connect({ connectionString: cluster, log: silentLog, maxConnections: 1 });
  await admin.run(script(`create database ${name}`));
  const connectionString = withDatabase(cluster, name);
  const db = connect({ connectionString, log: silentLog, checkRows: true, maxConnections: 8 });
  const close = async () => {
    await db.close();
    await admin.run(script(`drop database if exists ${name} with (force)`));
    await admin.close();
  };
  try {
    await migrate(db, migrations);
  } catch (err) {
    await close();
    throw err;
  }
  return { db, connectionString, clock: testClock(db), close };
};

/** A clock for a database that was migrated: `advance` moves it and wakes everybody who waits for a time. */
export const testClock = (db: Database): TestClock => {
  let offsetMs = 0;
  return {
    now: () => Date.now() + offsetMs,
    advance: async (by) => {
      offsetMs += millis(by);
      // The one function that every lease and deadline is compared with (platform migration 1).
      await db.run(
        script(`create or replace function platform.now() returns timestamptz language sql stable parallel safe
          as $$ select date_trunc('milliseconds', now() + interval '${offsetMs} milliseconds') $$`),
      );
    },
  };
};
