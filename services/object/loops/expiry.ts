import { outsideTransaction } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import { discard } from '../backends/files.ts';
import { settledFiles, sweepIncoming } from '../disk/sweep.ts';
import { shards } from '../disk/folder.ts';
import type { ObjectService } from '../service.ts';
import { versionsOf } from '../store/files.ts';
import { lockExpired, type ObjectRecord, removeObjects } from '../store/objects.ts';
import { removeExpiredStreams } from '../store/streams.ts';

/**
 * Deletes objects that expired and uploads that were given up (object.md, section 8): the data first, then the record, which
 * is held meanwhile. A backend that fails keeps its records for the next time and does not hold up the others.
 */
export const objectExpiry: Loop<ObjectService> = {
  name: 'object expiry',
  idleMs: () => 600_000,
  batch: 100,
  step: ({ db, backends, files: { log } }, batch) =>
    db.tx(async (tx) => {
      const due = await lockExpired(tx, [...backends.keys()], batch);
      let removed = 0;
      for (const [backendId, backend] of backends) {
        const theirs = due.filter((o) => o.backendId === backendId);
        if (theirs.length === 0) continue;
        try {
          await outsideTransaction(() => backend.remove(theirs));
          removed += await removeObjects(tx, theirs.map(nameOf));
        } catch (err) {
          log.error({ err, backendId, count: theirs.length }, 'expired objects could not be deleted and are kept until the next time');
        }
      }
      return removed;
    }),
};
const nameOf = ({ name }: ObjectRecord) => name;

/** Deletes streams that nobody can read any more: an hour after they were completed, or when they were given up. */
export const streamExpiry: Loop<ObjectService> = {
  name: 'stream expiry',
  idleMs: () => 60_000,
  // A stream may have thousands of chunks: few at a time keep each statement short.
  batch: 20,
  step: ({ db }, batch) => removeExpiredStreams(db, batch),
};

/**
 * Deletes what a killed process left on disk: temporary files, and versions that no row names. One of 256 folders at a time,
 * so that the whole disk is looked at in about a day and a look is short.
 */
export const fileSweep = (): Loop<ObjectService> => {
  let shard = 0;
  return {
    name: 'file sweep',
    idleMs: () => 337_500,
    batch: 1_000_000,
    step: async ({ db, files }) => {
      // The age of a file is told by the machine's clock, not by the platform's.
      const now = Date.now();
      const temporary = await sweepIncoming(files.root, now);
      const found = await settledFiles(files.root, shard, now);
      shard = (shard + 1) % shards;
      if (found.length === 0) return temporary;
      const kept = new Set(
        (
          await versionsOf(
            db,
            found.map((f) => f.id),
          )
        ).map((f) => `${f.id.toString('hex')}-${f.version}`),
      );
      const orphans = found.filter((f) => !kept.has(`${f.id.toString('hex')}-${f.version}`));
      await discard(files, orphans);
      return temporary + orphans.length;
    },
  };
};
