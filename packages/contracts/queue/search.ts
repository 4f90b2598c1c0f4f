import { Type } from 'typebox';
import type { Static } from 'typebox';

import { closed, list, timestamp } from '../schema.ts';

import { TaskDefinitionAndStatus } from './status.ts';
import { ContinuationToken } from './task.ts';

export const SearchTasksResponse = closed(
  {
    tasks: list(TaskDefinitionAndStatus, {
      title: 'Tasks',
      description: 'Tasks that match and that the caller may read, the newest first.',
    }),
    continuationToken: Type.Optional(ContinuationToken),
    searchedTo: Type.Optional(
      timestamp('Searched to', 'The search went back to here and may find more when it is continued. Absent when it is complete.'),
    ),
    behindMs: Type.Integer({
      title: 'Behind',
      description: 'How far the index may be behind, in milliseconds: what was created or resolved later is perhaps not found yet.',
      minimum: 0,
    }),
    filled: Type.Boolean({ title: 'Filled', description: 'False while tasks from before an upgrade are still being added to the index.' }),
  },
  { title: 'Found tasks', description: 'One page of the tasks that were searched for.' },
);
export type SearchTasksResponse = Static<typeof SearchTasksResponse>;
