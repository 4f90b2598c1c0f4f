import { get } from '../contract.ts';
import { paging } from '../identifiers.ts';

import { SearchTasksResponse } from './search.ts';

const text = /^[^\0]{1,500}$/s;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** The method that finds tasks. */
export const searchEndpoints = {
  searchTasks: get('/tasks/search', {
    title: 'Search for tasks',
    description:
      'Finds tasks by words of their name (each at its beginning, numbers as they are, in any order), the beginning of the owner, project, tag (`key` or `key=value`), ' +
      'state (several with commas), task queue and time of creation. A page may be short or empty and still have a continuation token: a request ' +
      'looks at a bounded number of tasks. A task is found by whoever may read its definition and status, or list its group, or list recent tasks.',
    category: 'Tasks',
    unpublished: true,
    scopes: {
      AllOf: [
        { for: 'taskId', in: 'taskIds', each: 'queue:get-task:<taskId>' },
        { for: 'taskId', in: 'taskIds', each: 'queue:status:<taskId>' },
        { for: 'taskGroupId', in: 'taskGroupIds', each: 'queue:list-task-group:<taskGroupId>' },
      ],
    },
    query: {
      ...paging,
      name: text,
      owner: text,
      project: text,
      tag: text,
      taskQueueId: text,
      state: /^(?:unscheduled|pending|running|completed|failed|exception)(?:,(?:unscheduled|pending|running|completed|failed|exception))*$/,
      from: time,
      to: time,
    },
    output: SearchTasksResponse,
  }),
} as const;
