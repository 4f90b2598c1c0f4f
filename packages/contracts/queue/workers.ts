import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { TaskId } from '../identifiers.ts';
import { closed, list, oneOfWords, timestamp } from '../schema.ts';

import { RunId, WorkerGroup, WorkerId } from './run.ts';
import { ContinuationToken, ProvisionerId, TaskDefinition, TaskQueueId, WorkerType } from './task.ts';

const expires = timestamp('Expires', 'When this is forgotten, unless it is used again before.');
const lastDateActive = timestamp('Last active', 'When a worker was last noticed here. It may lag behind by half an hour.');

/** What provisioners, worker types and task queues have in common. The texts are fixed; they remain from older versions of the API. */
const usage = {
  stability: oneOfWords(['experimental', 'stable', 'deprecated'], {
    title: 'Stability',
    description: 'Always `experimental`. Kept for clients that expect it.',
  }),
  description: Type.String({ title: 'Description', description: 'Always empty. Kept for clients that expect it.' }),
  expires,
  lastDateActive,
} as const;

export const TaskRun = named(
  'queue/v1/task-run',
  closed({ taskId: TaskId, runId: RunId }, { title: 'Run of a task', description: 'Names one run.' }),
);
export type TaskRun = Static<typeof TaskRun>;

const provisioner = { provisionerId: ProvisionerId, ...usage } as const;
export const ProvisionerResponse = named(
  'queue/v1/provisioner-response',
  closed(provisioner, { title: 'Provisioner', description: 'All task queues whose ids begin alike.' }),
);
export type ProvisionerResponse = Static<typeof ProvisionerResponse>;

export const ListProvisionersResponse = named(
  'queue/v1/list-provisioners-response',
  closed(
    {
      provisioners: list(closed(provisioner, { title: 'Provisioner', description: 'A provisioner in a list.' }), {
        title: 'Provisioners',
        description: 'Provisioners in the order of their ids.',
        uniqueItems: true,
      }),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Provisioners', description: 'One page of the provisioners.' },
  ),
);
export type ListProvisionersResponse = Static<typeof ListProvisionersResponse>;

const workerType = { provisionerId: ProvisionerId, workerType: WorkerType, taskQueueId: TaskQueueId, ...usage } as const;
export const WorkerTypeResponse = named(
  'queue/v1/workertype-response',
  closed(workerType, { title: 'Worker type', description: 'A task queue under its two-part name.' }),
);
export type WorkerTypeResponse = Static<typeof WorkerTypeResponse>;

export const ListWorkerTypesResponse = named(
  'queue/v1/list-workertypes-response',
  closed(
    {
      workerTypes: list(closed(workerType, { title: 'Worker type', description: 'A worker type in a list.' }), {
        title: 'Worker types',
        description: 'Worker types of the provisioner in the order of their names.',
        uniqueItems: true,
      }),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Worker types', description: 'One page of the worker types of a provisioner.' },
  ),
);
export type ListWorkerTypesResponse = Static<typeof ListWorkerTypesResponse>;

export const TaskQueueResponse = named(
  'queue/v1/taskqueue-response',
  closed(workerType, { title: 'Task queue', description: 'A queue that workers have claimed from.' }),
);
export type TaskQueueResponse = Static<typeof TaskQueueResponse>;

export const ListTaskQueuesResponse = named(
  'queue/v1/list-taskqueues-response',
  closed(
    {
      taskQueues: list(closed({ taskQueueId: TaskQueueId, ...usage }, { title: 'Task queue', description: 'A task queue in a list.' }), {
        title: 'Task queues',
        description: 'Task queues in the order of their ids.',
        uniqueItems: true,
      }),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Task queues', description: 'One page of the task queues.' },
  ),
);
export type ListTaskQueuesResponse = Static<typeof ListTaskQueuesResponse>;

const firstClaim = timestamp('First claim', 'When the worker was first noticed.');
const quarantineUntil = timestamp('Quarantined until', 'The worker gets no tasks before this time. In the past: it is not quarantined.');

export const ListWorkersResponse = named(
  'queue/v1/list-workers-response',
  closed(
    {
      workers: list(
        closed(
          {
            workerGroup: WorkerGroup,
            workerId: WorkerId,
            firstClaim,
            lastDateActive: Type.Optional(lastDateActive),
            latestTask: Type.Optional(TaskRun),
            quarantineUntil: Type.Optional(quarantineUntil),
          },
          { title: 'Worker', description: 'A worker in a list.' },
        ),
        { title: 'Workers', description: 'Workers in the order of their groups and ids.', uniqueItems: true },
      ),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Workers', description: 'One page of the workers of a queue.' },
  ),
);
export type ListWorkersResponse = Static<typeof ListWorkersResponse>;

const QuarantineDetail = closed(
  {
    clientId: Type.String({ title: 'Client id', description: 'Who changed the quarantine.' }),
    updatedAt: timestamp('Updated', 'When the quarantine was changed.'),
    quarantineUntil,
    quarantineInfo: Type.String({ title: 'Quarantine info', description: 'Why it was changed.' }),
  },
  { title: 'Quarantine detail', description: 'One change of the quarantine.' },
);

export const WorkerResponse = named(
  'queue/v1/worker-response',
  closed(
    {
      provisionerId: ProvisionerId,
      workerType: WorkerType,
      taskQueueId: Type.Optional(TaskQueueId),
      workerGroup: WorkerGroup,
      workerId: WorkerId,
      recentTasks: list(TaskRun, {
        title: 'Recent tasks',
        description: 'The last 20 runs that the worker claimed, oldest first.',
        uniqueItems: false,
      }),
      quarantineUntil: Type.Optional(quarantineUntil),
      quarantineDetails: Type.Optional(
        list(QuarantineDetail, {
          title: 'Quarantine details',
          description: 'How the quarantine changed, oldest first.',
          uniqueItems: true,
        }),
      ),
      expires,
      firstClaim,
      lastDateActive: Type.Optional(lastDateActive),
    },
    { title: 'Worker', description: 'What is known about a worker.' },
  ),
);
export type WorkerResponse = Static<typeof WorkerResponse>;

export const QuarantineWorkerRequest = named(
  'queue/v1/quarantine-worker-request',
  closed(
    {
      quarantineUntil: timestamp(
        'Quarantined until',
        'The worker gets no tasks before this time. A time in the past lifts the quarantine.',
      ),
      quarantineInfo: Type.Optional(
        Type.String({ title: 'Quarantine info', description: 'Why, for people.', minLength: 0, maxLength: 4000 }),
      ),
    },
    { title: 'Quarantine request', description: 'Keeps a worker from claiming, or lets it claim again.' },
  ),
);
export type QuarantineWorkerRequest = Static<typeof QuarantineWorkerRequest>;

export const UpdateWorkerRequest = named(
  'queue/v1/update-worker-request',
  closed(
    { expires: timestamp('Expires', 'The worker is not forgotten before this time.') },
    { title: 'Worker declaration', description: 'What a caller may say about a worker.' },
  ),
);
export type UpdateWorkerRequest = Static<typeof UpdateWorkerRequest>;

const pendingTask = closed(
  { taskId: TaskId, runId: RunId, task: TaskDefinition, inserted: timestamp('Inserted', 'When the run became pending.') },
  { title: 'Pending task', description: 'A run that waits for a worker.' },
);
export const ListPendingTasksResponse = named(
  'queue/v1/list-pending-tasks-response',
  closed(
    {
      tasks: list(pendingTask, { title: 'Tasks', description: 'Pending tasks, those that wait longest first.', uniqueItems: true }),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Pending tasks', description: 'One page of the pending tasks of a queue.' },
  ),
);
export type ListPendingTasksResponse = Static<typeof ListPendingTasksResponse>;

const claimedTask = closed(
  {
    taskId: TaskId,
    runId: RunId,
    workerGroup: Type.String({ title: 'Worker group', description: 'The group of the worker that holds the run.' }),
    workerId: Type.String({ title: 'Worker id', description: 'The worker that holds the run.' }),
    claimed: timestamp('Claimed', 'When the worker claimed the run.'),
    task: TaskDefinition,
  },
  { title: 'Claimed task', description: 'A run that a worker holds.' },
);
export const ListClaimedTasksResponse = named(
  'queue/v1/list-claimed-tasks-response',
  closed(
    {
      tasks: list(claimedTask, { title: 'Tasks', description: 'Claimed tasks, those that were claimed first first.', uniqueItems: true }),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Claimed tasks', description: 'One page of the claimed tasks of a queue.' },
  ),
);
export type ListClaimedTasksResponse = Static<typeof ListClaimedTasksResponse>;
