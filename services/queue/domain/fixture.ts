import type { Task } from './task.ts';

/** A task without runs, for the tests beside this file. */
export const aTask = (changes: Partial<Task> = {}): Task => ({
  taskId: 'a',
  taskQueueId: 'p/w',
  schedulerId: '-',
  taskGroupId: 'a',
  projectId: 'none',
  rank: 7,
  deadline: '2026-01-01T02:00:00.000Z',
  expires: '2026-01-02T00:00:00.000Z',
  retries: 2,
  retriesLeft: 2,
  runs: [],
  unsatisfied: 0,
  everResolved: false,
  routes: [],
  tags: {},
  ...changes,
});
