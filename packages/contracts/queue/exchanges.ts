import type { Exchange } from '../contract.ts';

import {
  ArtifactCreatedMessage,
  TaskCompletedMessage,
  TaskDefinedMessage,
  TaskExceptionMessage,
  TaskFailedMessage,
  TaskGroupChangedMessage,
  TaskGroupPriorityChangedMessage,
  taskGroupRoutingKey,
  TaskPendingMessage,
  TaskPriorityChangedMessage,
  taskRoutingKey,
  TaskRunningMessage,
} from './messages.ts';

/** What the queue announces. Messages about a task are also sent with `route.<r>` as key for each of its routes. */
export const exchanges = {
  taskDefined: {
    exchange: 'task-defined',
    title: 'Task defined',
    description: 'A task was created. It is pending at once unless it has dependencies; then `taskPending` follows.',
    routingKey: taskRoutingKey('optional', 'optional'),
    schema: TaskDefinedMessage,
  },
  taskPending: {
    exchange: 'task-pending',
    title: 'Task pending',
    description: 'A run became pending: a worker may claim it from now on.',
    routingKey: taskRoutingKey('required', 'optional'),
    schema: TaskPendingMessage,
  },
  taskRunning: {
    exchange: 'task-running',
    title: 'Task running',
    description: 'A worker claimed a run. Prolonging the claim is not announced.',
    routingKey: taskRoutingKey('required', 'required'),
    schema: TaskRunningMessage,
  },
  artifactCreated: {
    exchange: 'artifact-created',
    title: 'Artifact created',
    description: 'A run has a new or changed artifact. Artifacts of storage type `s3` are not announced.',
    routingKey: taskRoutingKey('required', 'required'),
    schema: ArtifactCreatedMessage,
  },
  taskCompleted: {
    exchange: 'task-completed',
    title: 'Task completed',
    description: 'A worker reported success. Tasks that depend on this one may become pending.',
    routingKey: taskRoutingKey('required', 'required'),
    schema: TaskCompletedMessage,
  },
  taskFailed: {
    exchange: 'task-failed',
    title: 'Task failed',
    description: 'A worker reported that the task ran and did not succeed.',
    routingKey: taskRoutingKey('optional', 'optional'),
    schema: TaskFailedMessage,
  },
  taskException: {
    exchange: 'task-exception',
    title: 'Task exception',
    description:
      'A run ended without a result of its own: it was canceled, its deadline passed, its worker vanished or could not carry it out. ' +
      'If the task is tried again, `taskPending` follows.',
    routingKey: taskRoutingKey('optional', 'optional'),
    schema: TaskExceptionMessage,
  },
  taskGroupResolved: {
    exchange: 'task-group-resolved',
    title: 'Task group resolved',
    description:
      'Every task of the group has been resolved at least once. The message may come again when tasks are ' +
      'rerun or added and resolved later.',
    routingKey: taskGroupRoutingKey,
    schema: TaskGroupChangedMessage,
  },
  taskGroupSealed: {
    exchange: 'task-group-sealed',
    title: 'Task group sealed',
    description: 'The group takes no more tasks.',
    routingKey: taskGroupRoutingKey,
    schema: TaskGroupChangedMessage,
  },
  taskPriorityChanged: {
    exchange: 'task-priority-changed',
    title: 'Task priority changed',
    description: 'A task has another priority. Changes of whole groups are announced by `taskGroupPriorityChanged` alone.',
    routingKey: taskRoutingKey('optional', 'optional'),
    schema: TaskPriorityChangedMessage,
  },
  taskGroupPriorityChanged: {
    exchange: 'task-group-priority-changed',
    title: 'Task group priority changed',
    description: 'The tasks of a group that could be changed have another priority.',
    routingKey: taskGroupRoutingKey,
    schema: TaskGroupPriorityChangedMessage,
  },
} as const satisfies Readonly<Record<string, Exchange>>;
