import { get } from '../contract.ts';

import { TaskWhyResponse } from './why.ts';

/** The method that explains waiting. */
export const whyEndpoints = {
  why: get('/task/:taskId/why', {
    title: 'Why a task is not running',
    description:
      'What a task waits for: the tasks at the root of its dependencies, its place in the queue, workers that are absent, quarantined or ' +
      'busy, its deadline. Numbers are told to everybody who may see the status; other tasks and workers are named only to those ' +
      'who may read them by the methods that list them.',
    category: 'Tasks',
    unpublished: true,
    scopes: 'queue:status:<taskId>',
    output: TaskWhyResponse,
  }),
} as const;
