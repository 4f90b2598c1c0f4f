import { get, post, put } from '../contract.ts';
import { paging } from '../identifiers.ts';

import { ChangeTaskPriorityRequest, RecentTasksResponse } from './groups.ts';
import { ListDependentTasksResponse, TasksStatusesResponse, TaskStatusResponse } from './status.ts';
import { TaskDefinition, TaskDefinitionRequest, TasksRequest, TasksResponse } from './task.ts';

/** Steering a task needs a scope for the task itself, for its project, or the pair that schedulers of old hold. */
const mayForTask = <const V extends string>(verb: V) =>
  ({
    AnyOf: [
      `queue:${verb}-task:<schedulerId>/<taskGroupId>/<taskId>`,
      `queue:${verb}-task-in-project:<projectId>`,
      { AllOf: [`queue:${verb}-task`, 'assume:scheduler-id:<schedulerId>/<taskGroupId>'] },
    ],
  }) as const;

/** Methods for those who create tasks and look at them. */
export const taskEndpoints = {
  task: get('/task/:taskId', {
    title: 'Task definition',
    description: 'The definition of a task, with everything filled in that its author left out.',
    category: 'Tasks',
    stability: 'stable',
    scopes: 'queue:get-task:<taskId>',
    output: TaskDefinition,
  }),
  tasks: post('/tasks', {
    title: 'Several task definitions',
    description: 'The definitions of all the given tasks that exist. The caller needs the scope for each of them.',
    category: 'Tasks',
    stability: 'experimental',
    scopes: { AllOf: [{ for: 'taskId', in: 'taskIds', each: 'queue:get-task:<taskId>' }] },
    query: paging,
    input: TasksRequest,
    output: TasksResponse,
  }),
  statuses: post('/tasks/status', {
    title: 'Several task statuses',
    description: 'The statuses of all the given tasks that exist. The caller needs the scope for each of them.',
    category: 'Tasks',
    stability: 'experimental',
    scopes: { AllOf: [{ for: 'taskId', in: 'taskIds', each: 'queue:status:<taskId>' }] },
    query: paging,
    input: TasksRequest,
    output: TasksStatusesResponse,
  }),
  status: get('/task/:taskId/status', {
    title: 'Task status',
    description: 'The current state of a task and of each of its runs.',
    category: 'Tasks',
    stability: 'stable',
    scopes: 'queue:status:<taskId>',
    output: TaskStatusResponse,
  }),
  listDependentTasks: get('/task/:taskId/dependents', {
    title: 'Dependent tasks',
    description: 'Definition and status of the tasks that depend on a task, in the order of their ids, at most 1000 at a time.',
    category: 'Tasks',
    stability: 'stable',
    scopes: 'queue:list-dependent-tasks:<taskId>',
    query: paging,
    output: ListDependentTasksResponse,
  }),
  recentTasks: get('/recent-tasks', {
    title: 'Recent tasks',
    description: 'All tasks of the deployment, the newest first.',
    category: 'Tasks',
    unpublished: true,
    scopes: 'queue:list-recent-tasks',
    query: paging,
    output: RecentTasksResponse,
  }),
  createTask: put('/task/:taskId', {
    title: 'Create a task',
    description:
      'Creates a task under an id that the caller chose. It is pending at once unless it has unresolved dependencies. ' +
      'Sending the same definition again succeeds and changes nothing; another definition for the same id is refused with 409. ' +
      'The caller needs every scope that the task asks for, and one for its priority or a higher one in its queue.',
    category: 'Tasks',
    stability: 'stable',
    scopes: {
      AllOf: [
        { for: 'scope', in: 'scopes', each: '<scope>' },
        { for: 'route', in: 'routes', each: 'queue:route:<route>' },
        'queue:create-task:project:<projectId>',
        'queue:scheduler-id:<schedulerId>',
        { AnyOf: [{ for: 'priority', in: 'priorities', each: 'queue:create-task:<priority>:<provisionerId>/<workerType>' }] },
      ],
    },
    input: TaskDefinitionRequest,
    output: TaskStatusResponse,
  }),
  scheduleTask: post('/task/:taskId/schedule', {
    title: 'Schedule a task',
    description:
      'Makes an unscheduled task pending without waiting for its dependencies. A task that has a run already is left as it is. ' +
      'Refused with 409 after the deadline.',
    category: 'Tasks',
    stability: 'stable',
    scopes: mayForTask('schedule'),
    output: TaskStatusResponse,
  }),
  rerunTask: post('/task/:taskId/rerun', {
    title: 'Rerun a task',
    description:
      'Starts another run of a task that is resolved, or not scheduled yet, and restores its retries. A ' +
      'pending or running task is left as it is. ' +
      'Refused with 409 after the deadline, or when the task has 50 runs.',
    category: 'Tasks',
    stability: 'stable',
    scopes: mayForTask('rerun'),
    output: TaskStatusResponse,
  }),
  cancelTask: post('/task/:taskId/cancel', {
    title: 'Cancel a task',
    description:
      'Ends a task that is not resolved, with an exception of reason `canceled`. A running worker is told when ' +
      'it next reclaims or reports. ' +
      'A resolved task is left as it is. Refused with 409 after the deadline.',
    category: 'Tasks',
    stability: 'stable',
    scopes: mayForTask('cancel'),
    output: TaskStatusResponse,
  }),
  changeTaskPriority: post('/task/:taskId/priority', {
    title: 'Change the priority of a task',
    description:
      'Gives a task another priority; if it is pending, it changes its place in the queue. ' +
      'Refused with 409 after the deadline, when the task was ever resolved, and when it has that priority already.',
    category: 'Tasks',
    stability: 'experimental',
    scopes: { AnyOf: ['queue:change-task-priority:<taskId>', 'queue:change-task-priority-in-queue:<taskQueueId>'] },
    input: ChangeTaskPriorityRequest,
    output: TaskStatusResponse,
  }),
} as const;
