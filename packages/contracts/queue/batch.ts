import { Type } from 'typebox';
import type { Static } from 'typebox';

import { TaskId } from '../identifiers.ts';
import { closed, list, oneOfWords } from '../schema.ts';

import { taskStates } from './status.ts';
import { TaskDefinitionRequest } from './task.ts';

/** The most tasks that one request creates. */
export const maxTasksInBatch = 10_000;

/** One task of a batch: its id, and what createTask takes as its body. */
export const BatchTask = closed(
  { taskId: TaskId, task: TaskDefinitionRequest },
  { title: 'Task of a batch', description: 'A new task with the id that its author chose.' },
);
export type BatchTask = Static<typeof BatchTask>;

/** The tasks are checked by the handler, one by one: a whole batch of them at once would hold up every other request. */
export const CreateTasksRequest = closed(
  {
    tasks: Type.Unsafe<readonly BatchTask[]>({
      title: 'Tasks',
      description: 'The tasks in any order. A task may depend on tasks of the batch and on tasks that exist.',
      type: 'array',
      items: { type: 'object' },
      minItems: 1,
      maxItems: maxTasksInBatch,
    }),
  },
  { title: 'Batch of tasks', description: 'Tasks that are created together, or not at all.' },
);

const count = (title: string, description: string) => Type.Integer({ title, description, minimum: 0 });

export const CreateTasksResponse = closed(
  {
    created: count('Created', 'How many tasks this call created.'),
    existing: count('Existing', 'How many of the tasks existed already, exactly as they were sent.'),
    tasks: list(
      closed(
        {
          taskId: TaskId,
          state: oneOfWords(taskStates, { title: 'State', description: 'The state of the task after this call.' }),
        },
        { title: 'Task', description: 'A task of the batch.' },
      ),
      { title: 'Tasks', description: 'All tasks of the batch, in the order of the request.' },
    ),
  },
  { title: 'Created tasks', description: 'What became of the tasks of a batch.' },
);
export type CreateTasksResponse = Static<typeof CreateTasksResponse>;
