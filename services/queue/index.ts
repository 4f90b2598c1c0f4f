import { object, queue } from '@taskcluster/contracts';
import { migrationsIn, sql } from '@taskcluster/db';
import { type ArtifactStore, defineService, type Platform } from '@taskcluster/service';
import { join } from 'node:path';
import { artifactHandlers, expireArtifacts } from './artifacts/index.ts';
import { groupHandlers } from './handlers/groups.ts';
import { taskHandlers } from './handlers/tasks.ts';
import { workerMetadataHandlers } from './handlers/worker-metadata.ts';
import { workerHandlers } from './handlers/workers.ts';
import { expiryLoops } from './loops/expiry.ts';
import { loops } from './loops/index.ts';
import { createQueue } from './service.ts';
import { settings } from './settings.ts';

export type { QueueService } from './service.ts';

/** The queue: tasks, their life cycle and their artifacts. The store of uploaded artifacts is the deployment's choice. */
export const queueService = (storeOf: (platform: Platform) => ArtifactStore) =>
  defineService({
    contract: queue,
    settings,
    migrations: migrationsIn('queue', join(import.meta.dirname, 'migrations')),
    create: (platform, config) => {
      const { db, log, rootUrl, now, credentialsOf, clientOf } = platform;
      return createQueue({
        db,
        log,
        config,
        rootUrl,
        now,
        credentials: credentialsOf('queue'),
        object: clientOf(object, 'queue'),
        artifacts: storeOf(platform),
      });
    },
    handlers: { ...taskHandlers, ...groupHandlers, ...workerHandlers, ...workerMetadataHandlers, ...artifactHandlers },
    loops: [...loops, ...expiryLoops, expireArtifacts],
    heartbeat: async ({ db }) => void (await db.run(sql`select 1`)),
    close: async ({ claims }) => claims.close(),
  });
