import { outsideTransaction } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import type { QueueService } from '../service.ts';
import { deleteArtifacts, takeExpired } from './store/artifacts.ts';

/**
 * Deletes artifacts half an hour after their expiry (artifacts.md, section 5): first the data, then the rows, so that a crash
 * in between leaves a row that is found again and no data that nobody knows of. Objects expire in the object service.
 */
export const expireArtifacts: Loop<QueueService> = {
  name: 'queue: expired artifacts',
  idleMs: () => 10 * 60_000,
  batch: 100,
  step: ({ db, artifacts }, limit) =>
    db.tx(async (tx) => {
      const expired = await takeExpired(tx, limit);
      for (const bucket of ['public', 'private'] as const) {
        const keys = expired.flatMap((a) => (a.storageType === 's3' && a.details.bucket === bucket ? [a.details.key] : []));
        // The store has a connection of its own. The rows stay locked meanwhile, so nobody prolongs what is being deleted.
        if (keys.length > 0) await outsideTransaction(() => artifacts.delete({ bucket, keys }));
      }
      if (expired.length > 0) await deleteArtifacts(tx, expired);
      return expired.length;
    }),
};
