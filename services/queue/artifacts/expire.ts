import { outsideTransaction } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import type { QueueService } from '../service.ts';
import type { Artifact } from './domain/artifact.ts';
import { deleteArtifacts, postponeDeletion, takeExpired } from './store/artifacts.ts';

/**
 * Deletes artifacts half an hour after their expiry (artifacts.md, section 5): first the data, then the rows, so that a crash
 * in between leaves a row that is found again and no data that nobody knows of. Data that the store does not let go of is tried again
 * a day later. Objects expire in the object service.
 */
export const expireArtifacts: Loop<QueueService> = {
  name: 'queue: expired artifacts',
  idleMs: () => 10 * 60_000,
  // What S3 deletes with one request.
  batch: 1_000,
  step: ({ db, artifacts }, limit) =>
    db.tx(async (tx) => {
      const expired = await takeExpired(tx, limit);
      const kept = new Set<Artifact>();
      for (const bucket of ['public', 'private'] as const) {
        const theirs = expired.filter((a): a is Uploaded => a.storageType === 's3' && a.details.bucket === bucket);
        if (theirs.length === 0) continue;
        // The store has a connection of its own. The rows stay locked meanwhile, so nobody prolongs what is being deleted.
        const keys = theirs.map((a) => a.details.key);
        const left = new Set(await outsideTransaction(() => artifacts.delete({ bucket, keys })));
        for (const artifact of theirs) if (left.has(artifact.details.key)) kept.add(artifact);
      }
      if (kept.size > 0) await postponeDeletion(tx, [...kept]);
      if (expired.length > kept.size)
        await deleteArtifacts(
          tx,
          expired.filter((a) => !kept.has(a)),
        );
      return expired.length;
    }),
};

type Uploaded = Extract<Artifact, { readonly storageType: 's3' }>;
