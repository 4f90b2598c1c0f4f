import { batched, type Database, type Sql, sql } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import { hash } from 'node:crypto';
import { Type } from 'typebox';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
/** A header is valid for a quarter of an hour before and after it was signed: three quarters can be in use, one is free. */
const quarters = 4;
/** How far apart the clocks of the processes may be without anything being forgotten too early. */
const toleranceMs = 5 * minuteMs;
/** It takes a millisecond, and whatever is signed waits for it: one connection that went silent must not hold all of them up for 33 s. */
const patienceMs = 5_000;

const Claimed = Type.Object({ fingerprint: Type.String() });

/** A signed header that wants to be used. */
interface Header {
  readonly quarter: number;
  readonly fingerprint: string;
}

const quarterOf = (ms: number): number => Math.floor(ms / quarterMs) % quarters;
/** The time is the second line of a replay key (`@taskcluster/hawk`); the fingerprint stands for all of it. */
const headerOf = (replayKey: string): Header => ({
  quarter: quarterOf(Number(replayKey.split('\n', 2)[1]) * 1_000),
  fingerprint: hash('sha256', replayKey, 'buffer').readBigInt64LE(0).toString(),
});

/** By the quarter that a header was signed in. */
const tables: readonly Sql[] = [
  sql`platform.used_headers_0`,
  sql`platform.used_headers_1`,
  sql`platform.used_headers_2`,
  sql`platform.used_headers_3`,
];
const tableOf = (quarter: number): Sql => tables[quarter % quarters] ?? sql`platform.used_headers_0`;

/** Answers whether nobody has used this header before, in any process on this database; asking counts as using. */
export type ClaimHeader = (replayKey: string) => Promise<boolean>;

/**
 * Headers that arrive together share one statement, and no commit waits for the disk: 3 to 7 % of createTask's throughput (`npm run
 * bench:auth`); 90 µs of processor time and 0.15 ms for a header that comes alone. 63 bytes for each are kept for an hour.
 * Those that got no answer for `waitMs` are refused as while the database is away, and count as used.
 */
export const claimHeaders = (db: Database, waitMs = patienceMs): ClaimHeader => {
  const quick = db.steady.within(waitMs);
  const claim = batched<Header, boolean>({
    // One at a time, so that headers gather meanwhile: a statement costs the same for one of them and for ten.
    inFlight: 1,
    run: async (headers) => {
      const fresh = new Set<string>();
      for (const quarter of new Set(headers.map((h) => h.quarter))) {
        // In order, so that two processes never wait for each other.
        const wanted = headers
          .filter((h) => h.quarter === quarter)
          .map((h) => h.fingerprint)
          .toSorted();
        const rows = await quick.many(
          Claimed,
          sql`
            insert into ${tableOf(quarter)} (fingerprint) select unnest(${wanted}::bigint[])
            on conflict do nothing
            returning fingerprint::text as fingerprint`,
        );
        for (const row of rows) fresh.add(row.fingerprint);
      }
      // Twice in one batch is twice.
      return headers.map(({ fingerprint }) => ({ value: fresh.delete(fingerprint) }));
    },
  });
  return (replayKey) => claim(headerOf(replayKey));
};

/** Forgets the headers that are too old to be valid anywhere: the quarter that begins half an hour from now is emptied for its next use. */
export const usedHeadersLoop: Loop<{ readonly db: Database; readonly now: () => number }> = {
  name: 'used headers',
  idleMs: () => 2 * minuteMs,
  batch: 1,
  step: async ({ db, now }) => {
    const into = now() % quarterMs;
    if (into < toleranceMs || into > quarterMs - toleranceMs) return 0;
    const table = tableOf(quarterOf(now()) + 2);
    const [any] = await db.many(Type.Object({ one: Type.Integer() }), sql`select 1 as one from ${table} limit 1`);
    if (any) await db.run(sql`truncate ${table}`);
    return 0;
  },
};
