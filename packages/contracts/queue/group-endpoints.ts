import { get, post } from '../contract.ts';
import { paging } from '../identifiers.ts';

import {
  CancelTaskGroupResponse,
  ChangeTaskPriorityRequest,
  ListTaskGroupResponse,
  RecentGroupsResponse,
  TaskGroup,
  TaskGroupPriorityChangeResponse,
} from './groups.ts';

/** Methods for whole task groups. */
export const groupEndpoints = {
  listTaskGroup: get('/task-group/:taskGroupId/list', {
    title: 'Tasks of a group',
    description: 'Definition and status of the tasks of a group in the order of their ids, at most 1000 at a time.',
    category: 'Task Groups',
    stability: 'stable',
    scopes: 'queue:list-task-group:<taskGroupId>',
    query: paging,
    output: ListTaskGroupResponse,
  }),
  getTaskGroup: get('/task-group/:taskGroupId', {
    title: 'Task group',
    description: 'What is known about a group apart from its tasks.',
    category: 'Task Groups',
    stability: 'stable',
    scopes: 'queue:list-task-group:<taskGroupId>',
    output: TaskGroup,
  }),
  recentGroups: get('/recent-groups', {
    title: 'Recent task groups',
    description: 'All task groups of the deployment, the newest first, with the number of their tasks in each state.',
    category: 'Task Groups',
    unpublished: true,
    scopes: 'queue:list-recent-tasks',
    query: paging,
    output: RecentGroupsResponse,
  }),
  cancelTaskGroup: post('/task-group/:taskGroupId/cancel', {
    title: 'Cancel a task group',
    description:
      'Cancels every task of a group that is neither resolved nor past its deadline. The group has to be sealed, so that none is added meanwhile. ' +
      'The reply names the tasks that this call canceled. It may be repeated, also to go on after a failure.',
    category: 'Tasks',
    stability: 'experimental',
    scopes: 'queue:cancel-task-group:<schedulerId>/<taskGroupId>',
    output: CancelTaskGroupResponse,
  }),
  sealTaskGroup: post('/task-group/:taskGroupId/seal', {
    title: 'Seal a task group',
    description: 'From now on the group takes no more tasks. There is no way back; a repeat answers the time of the first call.',
    category: 'Task Groups',
    stability: 'experimental',
    scopes: 'queue:seal-task-group:<schedulerId>/<taskGroupId>',
    output: TaskGroup,
  }),
  changeTaskGroupPriority: post('/task-group/:taskGroupId/priority', {
    title: 'Change the priority of a task group',
    description:
      'Gives every task of the group that was never resolved and is not past its deadline another priority. Tasks that have it already are left out.',
    category: 'Task-Groups',
    stability: 'experimental',
    scopes: 'queue:change-task-group-priority:<schedulerId>/<taskGroupId>',
    input: ChangeTaskPriorityRequest,
    output: TaskGroupPriorityChangeResponse,
  }),
} as const;
