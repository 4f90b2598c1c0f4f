import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { slugid, TaskGroupId, TaskId } from '../identifiers.ts';
import { closed, list, oneOfWords, timestamp } from '../schema.ts';

import { Run, runStates } from './run.ts';
import {
  ContinuationToken,
  ProvisionerId,
  SchedulerId,
  TaskDefinition,
  TaskPriority,
  TaskProjectId,
  TaskQueueId,
  WorkerType,
} from './task.ts';

export const taskStates = ['unscheduled', ...runStates] as const;
export type TaskState = (typeof taskStates)[number];

export const TaskStatus = named(
  'queue/v1/task-status',
  closed(
    {
      taskId: TaskId,
      provisionerId: ProvisionerId,
      workerType: WorkerType,
      taskQueueId: TaskQueueId,
      schedulerId: SchedulerId,
      projectId: TaskProjectId,
      taskGroupId: TaskGroupId,
      priority: Type.Optional(TaskPriority),
      deadline: timestamp('Deadline', 'The task is resolved as an exception if it is not resolved by then.'),
      expires: timestamp('Expires', 'When the task is forgotten.'),
      retriesLeft: Type.Integer({
        title: 'Retries left',
        description: 'How many more runs the queue would start by itself after a fault that is not the task’s.',
        minimum: 0,
        maximum: 999,
      }),
      state: oneOfWords(taskStates, {
        title: 'State',
        description: 'The state of the last run, or `unscheduled` when there is none yet.',
      }),
      runs: list(Run, {
        title: 'Runs',
        description: 'Every attempt, oldest first: the run with id n is at position n.',
        uniqueItems: true,
      }),
    },
    { title: 'Task status', description: 'Where a task stands: the part of it that changes.' },
  ),
);
export type TaskStatus = Static<typeof TaskStatus>;

export const TaskStatusResponse = named(
  'queue/v1/task-status-response',
  closed({ status: TaskStatus }, { title: 'Task status response', description: 'The status of one task, after the request took effect.' }),
);
export type TaskStatusResponse = Static<typeof TaskStatusResponse>;

export const TasksStatusesResponse = named(
  'queue/v1/tasks-statuses-response',
  closed(
    {
      statuses: list(
        closed(
          { taskId: Type.String({ title: 'Task id', description: 'Identifies the task.' }), status: TaskStatus },
          { title: 'Status', description: 'A task’s id and its status.' },
        ),
        { title: 'Statuses', description: 'The statuses of the tasks that exist, in no particular order.', default: [], uniqueItems: true },
      ),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Statuses response', description: 'One page of task statuses.' },
  ),
);

export const TaskDefinitionAndStatus = named(
  'queue/v1/task-definition-and-status',
  closed({ task: TaskDefinition, status: TaskStatus }, { title: 'Task and status', description: 'What a task is, and where it stands.' }),
);
export type TaskDefinitionAndStatus = Static<typeof TaskDefinitionAndStatus>;

export const ListDependentTasksResponse = named(
  'queue/v1/list-dependent-tasks-response',
  closed(
    {
      taskId: slugid({ title: 'Task id', description: 'The task that the others depend on.' }),
      tasks: list(TaskDefinitionAndStatus, {
        title: 'Tasks',
        description: 'The tasks that depend on it, in the order of their ids, whether they still wait or not.',
        uniqueItems: true,
      }),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Dependent tasks', description: 'One page of the tasks that depend on a task.' },
  ),
);
export type ListDependentTasksResponse = Static<typeof ListDependentTasksResponse>;
