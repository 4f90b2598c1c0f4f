import { post } from '../contract.ts';

import { CreateTasksRequest, CreateTasksResponse } from './batch.ts';
import { taskEndpoints } from './task-endpoints.ts';

/** Methods for many tasks at once. */
export const batchEndpoints = {
  createTasks: post('/tasks/batch', {
    title: 'Create many tasks',
    description:
      'Creates all tasks of a graph, or none of them. They may come in any order and depend on each other, but not in a circle. ' +
      'The caller needs for each task what createTask needs. A refusal lists what is wrong with every task (`details.problems`). ' +
      'Sending the same tasks again succeeds and changes nothing.',
    category: 'Tasks',
    unpublished: true,
    scopes: taskEndpoints.createTask.scopes,
    input: CreateTasksRequest,
    output: CreateTasksResponse,
    // Up to 10 MB that the caller has just sent: a refusal does not send them back.
    secretInput: ['tasks'],
  }),
} as const;
