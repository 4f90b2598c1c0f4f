import { auth } from './auth/index.ts';
import { events } from './events/index.ts';
import { index } from './index-service/index.ts';
import { object } from './object/index.ts';
import { queue } from './queue/index.ts';
import { webServer } from './web-server/index.ts';

export { breadthOf } from './auth/breadth.ts';
export * from './auth/hawk.ts';
export * from './auth/questions.ts';
export * from './auth/scopes.ts';
export * from './contract.ts';
export * from './generic-worker/mounts.ts';
export * from './generic-worker/payload.ts';
export * from './identifiers.ts';
export * from './index-service/namespaces.ts';
export * from './index-service/tasks.ts';
export * from './object/download.ts';
export * from './object/hashes.ts';
export * from './object/streams.ts';
export * from './object/upload.ts';
export * from './queue/artifacts.ts';
export * from './queue/batch.ts';
export * from './queue/claims.ts';
export * from './queue/groups.ts';
export * from './queue/messages.ts';
export * from './queue/priorities.ts';
export * from './queue/run.ts';
export * from './queue/search.ts';
export * from './queue/status.ts';
export * from './queue/task.ts';
export * from './queue/uploads.ts';
export * from './queue/why.ts';
export * from './queue/workers.ts';
export * from './web-server/index.ts';
export { auth, events, index, object, queue };

/** Every contract of the platform, by the name that clients know it by. */
export const contracts = { auth, queue, object, events, index, webServer } as const;
