import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import type { RoutingKeyField } from '../contract.ts';
import { closed, oneOfWords, timestamp } from '../schema.ts';

import { groupPriorityProperties, groupProperties } from './groups.ts';
import { RunId, TakenUntil, WorkerGroup, WorkerId } from './run.ts';
import { TaskStatus } from './status.ts';
import { PriorityWord, Tags } from './task.ts';

const Version = Type.Enum([1], { type: 'integer', title: 'Version', description: 'The version of the message format.' });

/** The part of the definition that messages carry. */
export const TaskPulseDefinition = named(
  'queue/v1/task-pulse-definition',
  closed({ tags: Tags }, { title: 'Task in a message', description: 'The part of the definition that messages carry.' }),
);

const task = { version: Version, status: TaskStatus, task: Type.Optional(TaskPulseDefinition) } as const;
const onWorker = { runId: RunId, workerGroup: WorkerGroup, workerId: WorkerId } as const;

export const TaskDefinedMessage = named(
  'queue/v1/task-defined-message',
  closed(task, { title: 'Task defined', description: 'A task exists from now on.' }),
);
export type TaskDefinedMessage = Static<typeof TaskDefinedMessage>;

export const TaskPendingMessage = named(
  'queue/v1/task-pending-message',
  closed({ ...task, runId: RunId }, { title: 'Task pending', description: 'A run of the task waits for a worker.' }),
);
export type TaskPendingMessage = Static<typeof TaskPendingMessage>;

export const TaskRunningMessage = named(
  'queue/v1/task-running-message',
  closed({ ...task, ...onWorker, takenUntil: TakenUntil }, { title: 'Task running', description: 'A worker claimed a run of the task.' }),
);
export type TaskRunningMessage = Static<typeof TaskRunningMessage>;

export const TaskCompletedMessage = named(
  'queue/v1/task-completed-message',
  closed({ ...task, ...onWorker }, { title: 'Task completed', description: 'A run ended well, and the task with it.' }),
);
export type TaskCompletedMessage = Static<typeof TaskCompletedMessage>;

export const TaskFailedMessage = named(
  'queue/v1/task-failed-message',
  closed({ ...task, ...onWorker }, { title: 'Task failed', description: 'A run did what it was told, without success.' }),
);
export type TaskFailedMessage = Static<typeof TaskFailedMessage>;

export const TaskExceptionMessage = named(
  'queue/v1/task-exception-message',
  closed(
    { ...task, runId: Type.Optional(RunId), workerGroup: Type.Optional(WorkerGroup), workerId: Type.Optional(WorkerId) },
    {
      title: 'Task exception',
      description: 'A run ended for a reason other than its own result. There may be another run: see the status.',
    },
  ),
);
export type TaskExceptionMessage = Static<typeof TaskExceptionMessage>;

export const ArtifactCreatedMessage = named(
  'queue/v1/artifact-created-message',
  closed(
    {
      version: Version,
      status: TaskStatus,
      ...onWorker,
      artifact: closed(
        {
          storageType: oneOfWords(['reference', 'link', 'error', 'object'], {
            title: 'Storage type',
            description: 'How the artifact is kept.',
          }),
          name: Type.String({ title: 'Name', description: 'The name of the artifact.', maxLength: 1024 }),
          expires: timestamp('Expires', 'When the artifact is deleted.'),
          contentType: Type.String({ title: 'Content type', description: 'The media type of the data.', maxLength: 255 }),
        },
        { title: 'Artifact', description: 'The new artifact.' },
      ),
    },
    { title: 'Artifact created', description: 'A run has a new artifact. Uploaded (`s3`) artifacts are not announced.' },
  ),
);
export type ArtifactCreatedMessage = Static<typeof ArtifactCreatedMessage>;

export const TaskGroupChangedMessage = named(
  'queue/v1/task-group-changed-message',
  closed(
    { version: Version, ...groupProperties },
    { title: 'Task group changed', description: 'Something happened to a whole task group.' },
  ),
);
export type TaskGroupChangedMessage = Static<typeof TaskGroupChangedMessage>;

export const TaskGroupPriorityChangedMessage = named(
  'queue/v1/task-group-priority-changed-message',
  closed(
    { version: Version, ...groupPriorityProperties },
    { title: 'Task group priority changed', description: 'Tasks of a group have another priority.' },
  ),
);
export type TaskGroupPriorityChangedMessage = Static<typeof TaskGroupPriorityChangedMessage>;

export const TaskPriorityChangedMessage = named(
  'queue/v1/task-priority-changed-message',
  closed(
    {
      version: Version,
      status: TaskStatus,
      oldPriority: PriorityWord('Old priority', 'The priority before.'),
      newPriority: PriorityWord('New priority', 'The priority from now on.'),
    },
    { title: 'Task priority changed', description: 'A task has another priority.' },
  ),
);
export type TaskPriorityChangedMessage = Static<typeof TaskPriorityChangedMessage>;

type Need = 'required' | 'optional';
const field = (name: string, maxSize: number, need: Need, summary: string): RoutingKeyField => ({
  name,
  summary,
  required: need === 'required',
  maxSize,
});

const primary: RoutingKeyField = {
  name: 'routingKeyKind',
  summary: 'Always `primary`, so that these keys can be told from keys of other kinds.',
  constant: 'primary',
  required: true,
  maxSize: 7,
};
const reserved: RoutingKeyField = {
  name: 'reserved',
  summary: 'Room for later additions: end a pattern with `#` to go on matching when there are any.',
  required: false,
  multipleWords: true,
  maxSize: 1,
};
const taskGroupId = field('taskGroupId', 22, 'required', 'The task group.');
const schedulerId = field('schedulerId', 38, 'required', 'The scheduler of the task group.');

/**
 * The key of messages about a task. The sizes add up to 254 characters with the dots, one less than AMQP allows.
 * A field without a value is written `_`.
 */
export const taskRoutingKey = (run: Need, worker: Need): readonly RoutingKeyField[] => [
  primary,
  field('taskId', 22, 'required', 'The task.'),
  field('runId', 3, run, 'The run that the message is about, or `_`.'),
  field('workerGroup', 38, worker, 'The worker group of that run, or `_`.'),
  field('workerId', 38, worker, 'The worker id of that run, or `_`.'),
  field('provisionerId', 38, 'required', 'The first half of the task queue id.'),
  field('workerType', 38, 'required', 'The second half of the task queue id.'),
  schedulerId,
  taskGroupId,
  reserved,
];

export const taskGroupRoutingKey: readonly RoutingKeyField[] = [primary, taskGroupId, schedulerId, reserved];
