import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { patterns, ScopeText, slugid, TaskGroupId } from '../identifiers.ts';
import { anyObject, closed, list, mapOf, oneOfWords, timestamp } from '../schema.ts';

import { priorities } from './priorities.ts';

export const PriorityWord = (title: string, description: string) => oneOfWords(priorities, { title, description });

export const ProvisionerId = Type.String({
  title: 'Provisioner id',
  description: 'The first half of the task queue id. It names whoever provides the workers.',
  pattern: patterns.provisionerId,
});
export const WorkerType = Type.String({
  title: 'Worker type',
  description: 'The second half of the task queue id. It names one kind of worker of the provisioner.',
  pattern: patterns.workerType,
});
export const TaskQueueId = Type.String({
  title: 'Task queue id',
  description: 'The queue that workers claim the task from: provisioner id and worker type with a slash between them.',
  pattern: patterns.taskQueueId,
});
export const SchedulerId = Type.String({
  title: 'Scheduler id',
  description:
    'Who is in charge of the task group. All tasks of a group have the same one, and steering a task needs a scope that names it.',
  default: '-',
  minLength: 1,
  maxLength: 38,
  pattern: patterns.word,
});
export const Tags = mapOf(Type.String({ maxLength: 4096 }), {
  title: 'Tags',
  description: 'Short texts by name, for people and tools. The queue does not act on them; messages about the task carry them.',
  default: {},
});
export const TaskProjectId = Type.String({
  title: 'Project id',
  description: 'The project that the task belongs to. Scopes may be granted for all tasks of a project.',
  default: 'none',
  minLength: 1,
  maxLength: 500,
  pattern: patterns.projectId,
});
export const TaskPriority = oneOfWords(priorities, {
  title: 'Priority',
  description:
    'Within a queue, a pending task of higher priority is claimed first; equals are claimed in the order in which they became pending.',
  default: 'lowest',
});

export const TaskMetadata = named(
  'queue/v1/task-metadata',
  closed(
    {
      name: Type.String({
        title: 'Name',
        description: 'What people call this task in lists and messages. It need not be unique.',
        maxLength: 255,
      }),
      description: Type.String({
        title: 'Description',
        description: 'What the task does and why it exists, in Markdown.',
        maxLength: 32768,
      }),
      owner: Type.String({ title: 'Owner', description: 'Whom to ask about the task, usually an e-mail address.', maxLength: 255 }),
      source: Type.String({
        title: 'Source',
        description: 'A link to what produced this definition, such as a file at one revision of a repository.',
        pattern: '^(https?://|ssh://|git@)',
        maxLength: 4096,
        anyOf: [{ format: 'uri' }, { format: 'regex' }],
      }),
    },
    { title: 'Task metadata', description: 'What people need to know about a task. The queue does not act on it.' },
  ),
);
export type TaskMetadata = Static<typeof TaskMetadata>;

const definition = {
  provisionerId: ProvisionerId,
  workerType: WorkerType,
  taskQueueId: TaskQueueId,
  schedulerId: SchedulerId,
  projectId: TaskProjectId,
  taskGroupId: TaskGroupId,
  dependencies: list(slugid({ title: 'Task id', description: 'A task that has to be resolved before this one is pending.' }), {
    title: 'Dependencies',
    description:
      'Tasks to wait for. `requires` says how they have to end. They must exist, and must not expire before the deadline of this task.',
    default: [],
    maxItems: 10000,
    uniqueItems: true,
  }),
  requires: oneOfWords(['all-completed', 'all-resolved'], {
    title: 'Requires',
    description:
      'Whether the dependencies have to be completed (`all-completed`), or only have to be over in whatever way (`all-resolved`).',
    default: 'all-completed',
  }),
  routes: list(
    Type.String({
      title: 'Route',
      description: 'Messages are also sent with `route.` and this text as routing key.',
      minLength: 1,
      maxLength: 249,
    }),
    {
      title: 'Routes',
      description: 'Extra routing keys of the messages about this task. Each needs the scope `queue:route:` followed by the route.',
      default: [],
      maxItems: 64,
      uniqueItems: true,
    },
  ),
  priority: TaskPriority,
  retries: Type.Integer({
    title: 'Retries',
    description: 'How often the queue runs the task again when the worker, and not the task, was at fault.',
    default: 5,
    minimum: 0,
    maximum: 49,
  }),
  created: timestamp('Created', 'When the definition was made. It may differ from the clock of the queue by at most 15 minutes.'),
  deadline: timestamp(
    'Deadline',
    'The task is resolved as an exception if it is not resolved by then. At most 5 days ahead, unless the deployment says otherwise.',
  ),
  expires: timestamp('Expires', 'When the task and its runs are forgotten. Not before the deadline; one year after it if absent.'),
  payload: anyObject({
    title: 'Payload',
    description: 'What the worker is to do. The queue does not look into it; each kind of worker has its own schema.',
  }),
  metadata: TaskMetadata,
  tags: Tags,
  extra: anyObject({
    title: 'Extra',
    description: 'Data for tools that read the definition. Neither the queue nor the worker acts on it.',
    default: {},
  }),
} as const;

const scopes = {
  title: 'Scopes',
  description: 'What the task may do while it runs. Whoever creates the task has to hold all of them.',
  uniqueItems: false,
} as const;

/** A task as the queue keeps it: everything that was left out of the request is filled in. */
export const TaskDefinition = named(
  'queue/v1/task',
  closed(
    {
      ...definition,
      projectId: Type.Optional(definition.projectId),
      expires: Type.Optional(definition.expires),
      scopes: list(ScopeText, scopes),
    },
    { title: 'Task definition', description: 'A task as the queue keeps it. Apart from its priority it never changes.' },
  ),
);
export type TaskDefinition = Static<typeof TaskDefinition>;
/** The definition of a task; its state is a `TaskStatus`. */
export type Task = TaskDefinition;

/** A task as its author sends it. What is optional here has a default or follows from the rest. */
export const TaskDefinitionRequest = named(
  'queue/v1/create-task-request',
  closed(
    {
      provisionerId: Type.Optional(definition.provisionerId),
      workerType: Type.Optional(definition.workerType),
      taskQueueId: Type.Optional(definition.taskQueueId),
      schedulerId: Type.Optional(definition.schedulerId),
      projectId: Type.Optional(definition.projectId),
      taskGroupId: Type.Optional(definition.taskGroupId),
      dependencies: Type.Optional(definition.dependencies),
      requires: Type.Optional(definition.requires),
      routes: Type.Optional(definition.routes),
      priority: Type.Optional(definition.priority),
      retries: Type.Optional(definition.retries),
      created: definition.created,
      deadline: definition.deadline,
      expires: Type.Optional(definition.expires),
      scopes: Type.Optional(list(ScopeText, { ...scopes, default: [] })),
      payload: definition.payload,
      metadata: definition.metadata,
      tags: Type.Optional(definition.tags),
      extra: Type.Optional(definition.extra),
    },
    {
      title: 'Task definition request',
      description: 'A new task. Give either the task queue id, or the provisioner id and the worker type.',
    },
  ),
);
export type TaskDefinitionRequest = Static<typeof TaskDefinitionRequest>;

export const TasksRequest = named(
  'queue/v1/tasks-request',
  closed(
    {
      taskIds: Type.Optional(
        list(Type.String({ title: 'Task id', description: 'A task to look up.' }), {
          title: 'Task ids',
          description: 'The tasks to look up, in any order. Those that do not exist are left out of the reply.',
          default: [],
          uniqueItems: false,
        }),
      ),
    },
    { title: 'Tasks request', description: 'Several tasks to look up in one request.' },
  ),
);
export type TasksRequest = Static<typeof TasksRequest>;

export const ContinuationToken = Type.String({
  title: 'Continuation token',
  description: 'Present when there is more: send it as `continuationToken`, with everything else unchanged, to get the next page.',
});

export const TasksResponse = named(
  'queue/v1/tasks-response',
  closed(
    {
      tasks: list(
        closed(
          { taskId: Type.String({ title: 'Task id', description: 'Identifies the task.' }), task: TaskDefinition },
          { title: 'Task', description: 'A task and its id, which its definition does not repeat.' },
        ),
        { title: 'Tasks', description: 'The tasks that exist, in no particular order.', default: [], uniqueItems: true },
      ),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Tasks response', description: 'One page of task definitions.' },
  ),
);
