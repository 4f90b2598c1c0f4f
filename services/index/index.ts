import { index as contract } from '@taskcluster/contracts';
import { migrationsIn, sql } from '@taskcluster/db';
import { defineService } from '@taskcluster/service';
import { join } from 'node:path';
import { completedTasks } from './consumers/completed-tasks.ts';
import { findArtifactFromTask } from './handlers/artifact.ts';
import { listHandlers } from './handlers/lists.ts';
import { taskHandlers } from './handlers/tasks.ts';
import { expireNamespaces, expireTasks } from './loops/expiry.ts';
import { createIndex } from './service.ts';

export type { IndexService } from './service.ts';

/** The index: finds tasks by names. Completed tasks come in by their routes, others by the API. */
export const indexService = defineService({
  contract,
  settings: {},
  migrations: migrationsIn('index', join(import.meta.dirname, 'migrations')),
  create: createIndex,
  handlers: { ...taskHandlers, ...listHandlers, findArtifactFromTask },
  loops: [expireNamespaces, expireTasks],
  consumers: [completedTasks],
  heartbeat: async ({ db }) => void (await db.run(sql`select 1`)),
});
