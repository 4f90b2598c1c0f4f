import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { slugid } from '../identifiers.ts';
import { closed, list, timestamp } from '../schema.ts';

import { TaskDefinitionAndStatus } from './status.ts';
import { ContinuationToken, PriorityWord, SchedulerId } from './task.ts';

/** What a reply or a message says about a task group. */
export const groupProperties = {
  taskGroupId: slugid({ title: 'Task group id', description: 'Identifies the group. Often it is also the id of the first task in it.' }),
  schedulerId: SchedulerId,
  sealed: Type.Optional(timestamp('Sealed', 'Since when the group takes no new tasks. Absent while it does.')),
  expires: timestamp('Expires', 'When the group is forgotten: some time after the last of its tasks.'),
} as const;

export const TaskGroup = named(
  'queue/v1/task-group-response',
  closed(groupProperties, { title: 'Task group', description: 'Tasks that belong together and have the same scheduler.' }),
);
export type TaskGroup = Static<typeof TaskGroup>;

export const ListTaskGroupResponse = named(
  'queue/v1/list-task-group-response',
  closed(
    {
      ...groupProperties,
      tasks: list(TaskDefinitionAndStatus, {
        title: 'Tasks',
        description: 'Tasks of the group in the order of their ids.',
        uniqueItems: true,
      }),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Task group members', description: 'One page of the tasks of a group.' },
  ),
);
export type ListTaskGroupResponse = Static<typeof ListTaskGroupResponse>;

const taskIds = (description: string) =>
  list(slugid({ title: 'Task id', description: 'Identifies the task.' }), { title: 'Task ids', description, uniqueItems: true });

export const CancelTaskGroupResponse = named(
  'queue/v1/cancel-task-group-response',
  closed(
    {
      taskGroupId: groupProperties.taskGroupId,
      taskGroupSize: Type.Integer({ title: 'Size', description: 'How many tasks the group has.', minimum: 0 }),
      cancelledCount: Type.Integer({ title: 'Canceled tasks', description: 'How many tasks this call canceled.', minimum: 0 }),
      taskIds: taskIds('The tasks that this call canceled.'),
    },
    { title: 'Canceled task group', description: 'What became of the tasks of the group.' },
  ),
);
export type CancelTaskGroupResponse = Static<typeof CancelTaskGroupResponse>;

const NewPriority = PriorityWord('New priority', 'The priority from now on, also for later runs.');

export const ChangeTaskPriorityRequest = named(
  'queue/v1/change-task-priority-request',
  closed({ newPriority: NewPriority }, { title: 'Change of priority', description: 'The priority that a task, or a group, is to have.' }),
);
export type ChangeTaskPriorityRequest = Static<typeof ChangeTaskPriorityRequest>;

/** What reply and message say about a group whose tasks have another priority. */
export const groupPriorityProperties = {
  taskGroupId: groupProperties.taskGroupId,
  schedulerId: SchedulerId,
  newPriority: NewPriority,
  tasksAffected: Type.Integer({ title: 'Tasks affected', description: 'How many tasks have another priority than before.', minimum: 0 }),
} as const;

export const TaskGroupPriorityChangeResponse = named(
  'queue/v1/task-group-priority-change-response',
  closed(
    { ...groupPriorityProperties, taskIds: taskIds('The tasks that have another priority than before.') },
    { title: 'Changed priorities', description: 'Which tasks of the group have another priority.' },
  ),
);
export type TaskGroupPriorityChangeResponse = Static<typeof TaskGroupPriorityChangeResponse>;

/** A task in a list: its state and its definition. */
export const RecentTasksResponse = closed(
  {
    tasks: list(TaskDefinitionAndStatus, { title: 'Tasks', description: 'The newest first.' }),
    continuationToken: Type.Optional(ContinuationToken),
  },
  { title: 'Recent tasks', description: 'One page of the tasks of the deployment.' },
);
export type RecentTasksResponse = Static<typeof RecentTasksResponse>;

const count = (state: string) => Type.Integer({ title: state, description: `How many tasks of the group are ${state}.`, minimum: 0 });
export const RecentGroupsResponse = closed(
  {
    groups: list(
      closed(
        {
          taskGroupId: Type.String({ title: 'Task group id', description: 'The group.' }),
          schedulerId: Type.String({ title: 'Scheduler id', description: 'Who is in charge of the group.' }),
          name: Type.String({ title: 'Name', description: 'The name of its first task.' }),
          created: Type.String({ title: 'Created', description: 'When its first task was created.' }),
          counts: closed(
            {
              unscheduled: count('unscheduled'),
              pending: count('pending'),
              running: count('running'),
              completed: count('completed'),
              failed: count('failed'),
              exception: count('exception'),
            },
            { title: 'Counts', description: 'How many tasks of the group are in which state.' },
          ),
        },
        { title: 'Group', description: 'A task group in a list.' },
      ),
      { title: 'Groups', description: 'The newest first.' },
    ),
    continuationToken: Type.Optional(ContinuationToken),
  },
  { title: 'Recent groups', description: 'One page of the task groups of the deployment.' },
);
export type RecentGroupsResponse = Static<typeof RecentGroupsResponse>;
