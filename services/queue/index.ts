import { ApiError } from '@taskcluster/api';
import type { Config, Settings } from '@taskcluster/config';
import { object, queue } from '@taskcluster/contracts';
import { migrationsIn, sql } from '@taskcluster/db';
import { type ArtifactStorage, defineService } from '@taskcluster/service';
import { join } from 'node:path';
import { abandonUploads, artifactHandlers, expireArtifacts } from './artifacts/index.ts';
import { batchHandlers } from './batch/index.ts';
import { removedWorkers } from './consumers/removed-workers.ts';
import { followHandlers } from './follow/index.ts';
import { groupHandlers } from './handlers/groups.ts';
import { taskHandlers } from './handlers/tasks.ts';
import { workerMetadataHandlers } from './handlers/worker-metadata.ts';
import { workerHandlers } from './handlers/workers.ts';
import { expiryLoops } from './loops/expiry.ts';
import { loops } from './loops/index.ts';
import { measureQueues, type MeasuredQueue, queueGauges } from './metrics/index.ts';
import { indexTasks, searchHandlers, unreadByIndex } from './search/index.ts';
import { createQueue } from './service.ts';
import { settings } from './settings.ts';
import { whyHandlers } from './why/index.ts';

export type { QueueService } from './service.ts';

/** The queue: tasks, their life cycle and their artifacts. The store of uploaded artifacts is the deployment's choice. */
export const queueService = <G extends Settings>(storage: ArtifactStorage<G>) =>
  defineService({
    contract: queue,
    settings: { ...settings, ...storage.settings },
    ...(storage.mistakes ? { mistakes: storage.mistakes } : {}),
    migrations: migrationsIn('queue', join(import.meta.dirname, 'migrations')),
    create: (platform, config): MeasuredQueue => {
      const { db, log, rootUrl, now, credentialsOf, clientOf } = platform;
      const queue = createQueue({
        db,
        log,
        config,
        rootUrl,
        now,
        credentials: credentialsOf('queue'),
        object: clientOf(object, 'queue'),
        artifacts: storage.open(platform, config as unknown as Config<G>),
      });
      return { ...queue, gauges: queueGauges(platform.metrics) };
    },
    handlers: {
      ...taskHandlers,
      ...batchHandlers,
      ...whyHandlers,
      ...followHandlers,
      ...searchHandlers,
      ...groupHandlers,
      ...workerHandlers,
      ...workerMetadataHandlers,
      ...artifactHandlers,
    },
    loops: [...loops, ...expiryLoops, expireArtifacts, abandonUploads, indexTasks, measureQueues],
    consumers: [removedWorkers],
    unread: unreadByIndex,
    heartbeat: async ({ db, artifacts }) => {
      await db.run(sql`select 1`);
      await artifacts.check().catch((cause: unknown) => {
        throw new ApiError(
          'ServiceUnavailable',
          'Artifacts cannot be stored or read; everything else works. The log of the platform says why.',
          {},
          { cause },
        );
      });
    },
    close: async ({ claims }) => claims.close(),
  });
