import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { TaskId } from '../identifiers.ts';
import { anyObject, closed, list, timestamp } from '../schema.ts';

const rank = Type.Number({
  title: 'Rank',
  description:
    'An entry is replaced only by one of the same rank or a higher one. A whole number of 32 bits; the time of a push is a common choice.',
});
const data = anyObject({
  title: 'Data',
  description: 'Anything that whoever finds the task should know. Keep it small: lists carry it along. More belongs into an artifact.',
});
const path = Type.String({
  title: 'Index path',
  description: 'The full path under which the task is found: keys with dots between them.',
  maxLength: 255,
});
const continuationToken = Type.Optional(
  Type.String({ title: 'Continuation token', description: 'There when the list goes on: give it in the next request.' }),
);

const entry = closed(
  {
    namespace: path,
    taskId: TaskId,
    rank,
    data,
    expires: timestamp('Expires', 'When the entry is no longer found.'),
  },
  { title: 'Indexed task', description: 'A task, and the path under which it is found.' },
);

export const IndexedTask = named('index/v1/indexed-task-response', entry);
export type IndexedTask = Static<typeof IndexedTask>;

export const InsertTaskRequest = named(
  'index/v1/insert-task-request',
  closed(
    { taskId: TaskId, rank, data, expires: timestamp('Expires', 'When the entry is no longer found. It should not outlive the task.') },
    { title: 'Insertion', description: 'What is to be found under the path.' },
  ),
);
export type InsertTaskRequest = Static<typeof InsertTaskRequest>;

export const TasksAtIndexRequest = named(
  'index/v1/list-tasks-at-index',
  closed(
    {
      indexes: Type.Optional(
        list(Type.String({ title: 'Index path', description: 'A full index path.' }), {
          title: 'Index paths',
          description: 'The paths to look at. One that is named twice is answered once.',
          default: [],
          uniqueItems: false,
        }),
      ),
    },
    { title: 'Several index paths', description: 'The paths whose tasks are asked for.' },
  ),
);
export type TasksAtIndexRequest = Static<typeof TasksAtIndexRequest>;

export const IndexedTasks = named(
  'index/v1/list-tasks-response',
  closed(
    {
      tasks: list(entry, { title: 'Tasks', description: 'The entries, in the order of their paths.', uniqueItems: true }),
      continuationToken,
    },
    { title: 'Indexed tasks', description: 'A page of index entries.' },
  ),
);
export type IndexedTasks = Static<typeof IndexedTasks>;
