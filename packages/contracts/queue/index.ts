import { contract, monitoring } from '../contract.ts';
import { patterns } from '../identifiers.ts';

import { artifactEndpoints } from './artifact-endpoints.ts';
import { batchEndpoints } from './batch-endpoints.ts';
import { exchanges } from './exchanges.ts';
import { followEndpoints } from './follow-endpoints.ts';
import { groupEndpoints } from './group-endpoints.ts';
import { queueMetrics } from './metrics.ts';
import { searchEndpoints } from './search-endpoints.ts';
import { taskEndpoints } from './task-endpoints.ts';
import { uploadEndpoints } from './upload-endpoints.ts';
import { whyEndpoints } from './why-endpoints.ts';
import { workerEndpoints } from './worker-endpoints.ts';
import { workerMetadataEndpoints } from './worker-metadata-endpoints.ts';

/** The queue: holds tasks, hands them to workers, and keeps what came of them. */
export const queue = contract({
  service: 'queue',
  version: 'v1',
  title: 'Queue',
  description:
    'Holds tasks until a worker claims them, and records what came of them. A task waits for its dependencies, ' +
    'then runs, and is run again ' +
    'when the machinery was at fault. Every change is announced in a message.',
  parameterPatterns: {
    taskId: new RegExp(patterns.slugid),
    taskGroupId: new RegExp(patterns.slugid),
    taskQueueId: new RegExp(patterns.taskQueueId),
    provisionerId: new RegExp(patterns.provisionerId),
    // As loose as the other three: a worker type that no queue can have is merely not found.
    workerType: new RegExp(patterns.provisionerId),
    workerGroup: new RegExp(patterns.provisionerId),
    workerId: new RegExp(patterns.provisionerId),
    // Run ids are stored in 32 bits: nine digits always fit.
    runId: /^[0-9]{1,9}$/,
    name: new RegExp(patterns.printable),
  },
  endpoints: {
    ...taskEndpoints,
    ...batchEndpoints,
    ...whyEndpoints,
    ...followEndpoints,
    ...searchEndpoints,
    ...groupEndpoints,
    ...workerEndpoints,
    ...workerMetadataEndpoints,
    ...artifactEndpoints,
    ...uploadEndpoints,
    ...monitoring,
  },
  exchanges,
  metrics: queueMetrics,
});
