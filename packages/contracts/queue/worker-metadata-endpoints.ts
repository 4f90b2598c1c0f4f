import { get, put } from '../contract.ts';
import { paging, patterns } from '../identifiers.ts';

import {
  ListClaimedTasksResponse,
  ListPendingTasksResponse,
  ListProvisionersResponse,
  ListTaskQueuesResponse,
  ListWorkersResponse,
  ListWorkerTypesResponse,
  ProvisionerResponse,
  QuarantineWorkerRequest,
  TaskQueueResponse,
  UpdateWorkerRequest,
  WorkerResponse,
  WorkerTypeResponse,
} from './workers.ts';

const category = 'Worker Metadata';

/** Methods about queues and workers: what is waiting, who is working, and who must not. */
export const workerMetadataEndpoints = {
  listProvisioners: get('/provisioners', {
    title: 'Provisioners',
    description: 'The provisioners whose task queues were used lately. `listTaskQueues` says more.',
    category,
    stability: 'deprecated',
    scopes: 'queue:list-provisioners',
    query: paging,
    output: ListProvisionersResponse,
  }),
  getProvisioner: get('/provisioners/:provisionerId', {
    title: 'Provisioner',
    description: 'One provisioner. `listTaskQueues` says more.',
    category,
    stability: 'deprecated',
    scopes: 'queue:get-provisioner:<provisionerId>',
    output: ProvisionerResponse,
  }),
  listPendingTasks: get('/task-queues/:taskQueueId(*)/pending', {
    title: 'Pending tasks of a queue',
    description: 'The tasks that wait in a queue, those that wait longest first. Workers take them by priority, so not in this order.',
    category,
    stability: 'experimental',
    scopes: 'queue:pending-list:<taskQueueId>',
    query: paging,
    output: ListPendingTasksResponse,
  }),
  listClaimedTasks: get('/task-queues/:taskQueueId(*)/claimed', {
    title: 'Claimed tasks of a queue',
    description: 'The tasks of a queue that workers hold, in the order in which they were claimed.',
    category,
    stability: 'experimental',
    scopes: 'queue:claimed-list:<taskQueueId>',
    query: paging,
    output: ListClaimedTasksResponse,
  }),
  listWorkerTypes: get('/provisioners/:provisionerId/worker-types', {
    title: 'Worker types',
    description: 'The worker types of a provisioner. `listTaskQueues` says the same.',
    category,
    stability: 'deprecated',
    scopes: 'queue:list-worker-types:<provisionerId>',
    query: paging,
    output: ListWorkerTypesResponse,
  }),
  getWorkerType: get('/provisioners/:provisionerId/worker-types/:workerType', {
    title: 'Worker type',
    description: 'One worker type. `getTaskQueue` says the same.',
    category,
    stability: 'deprecated',
    scopes: 'queue:get-worker-type:<provisionerId>/<workerType>',
    output: WorkerTypeResponse,
  }),
  listTaskQueues: get('/task-queues', {
    title: 'Task queues',
    description: 'The task queues that workers asked for work lately. A queue in which tasks only wait is not among them.',
    category,
    stability: 'stable',
    scopes: 'queue:list-task-queues',
    query: paging,
    output: ListTaskQueuesResponse,
  }),
  getTaskQueue: get('/task-queues/:taskQueueId', {
    title: 'Task queue',
    description: 'One task queue. Write the slash in its id as `%2F`.',
    category,
    stability: 'stable',
    scopes: 'queue:get-task-queue:<taskQueueId>',
    output: TaskQueueResponse,
  }),
  listWorkers: get('/provisioners/:provisionerId/worker-types/:workerType/workers', {
    title: 'Workers',
    description:
      'The workers of a queue. With `quarantined`, only those that are quarantined (`true`) or only those that are not (`false`).',
    category,
    stability: 'deprecated',
    scopes: 'queue:list-workers:<provisionerId>/<workerType>',
    query: { ...paging, quarantined: /^(true|false)$/ },
    output: ListWorkersResponse,
  }),
  getWorker: get('/provisioners/:provisionerId/worker-types/:workerType/workers/:workerGroup/:workerId', {
    title: 'Worker',
    description: 'One worker, with the last 20 runs that it claimed.',
    category,
    stability: 'deprecated',
    scopes: 'queue:get-worker:<provisionerId>/<workerType>/<workerGroup>/<workerId>',
    output: WorkerResponse,
  }),
  quarantineWorker: put('/provisioners/:provisionerId/worker-types/:workerType/workers/:workerGroup/:workerId', {
    title: 'Quarantine a worker',
    description:
      'Keeps a worker from getting tasks until a given time. What it runs already goes on. A time in the past lifts the quarantine.',
    category,
    stability: 'experimental',
    scopes: { AllOf: ['queue:quarantine-worker:<provisionerId>/<workerType>/<workerGroup>/<workerId>'] },
    input: QuarantineWorkerRequest,
    output: WorkerResponse,
  }),
  declareWorker: put('/provisioners/:provisionerId/worker-types/:workerType/:workerGroup/:workerId', {
    title: 'Declare a worker',
    description:
      'Makes a worker known, and its queue with it, before it has claimed anything. The caller needs a scope for each property that it gives.',
    category,
    stability: 'experimental',
    // What is made known has to be a queue: the description of any other one would break its own schema.
    params: { workerType: new RegExp(patterns.workerType) },
    scopes: {
      AllOf: [
        {
          for: 'property',
          in: 'properties',
          each: 'queue:declare-worker:<provisionerId>/<workerType>/<workerGroup>/<workerId>#<property>',
        },
      ],
    },
    input: UpdateWorkerRequest,
    output: WorkerResponse,
  }),
} as const;
