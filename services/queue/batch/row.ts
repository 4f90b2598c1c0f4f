import { messageFor } from '../domain/announce.ts';
import { rankOf, stateOf, type Task } from '../domain/task.ts';
import type { NewTask } from '../store/tasks.ts';
import type { BatchRequest } from './create.ts';
import { type Dependencies, edgesOf } from './dependencies.ts';

/** The task as it begins: pending when it waits for nothing. */
export const taskOf = (request: BatchRequest, dependencies: Dependencies, now: string): Task => {
  const { taskId, definition: d } = request;
  const unsatisfied = edgesOf(request, dependencies).filter((e) => !e.satisfied).length;
  return {
    taskId,
    taskQueueId: d.taskQueueId,
    schedulerId: d.schedulerId ?? '-',
    taskGroupId: d.taskGroupId ?? taskId,
    projectId: d.projectId ?? 'none',
    rank: rankOf(d.priority ?? 'lowest'),
    deadline: d.deadline,
    expires: d.expires ?? d.deadline,
    retries: d.retries ?? 5,
    retriesLeft: d.retries ?? 5,
    runs: unsatisfied === 0 ? [{ runId: 0, state: 'pending', reasonCreated: 'scheduled', scheduled: now }] : [],
    unsatisfied,
    everResolved: false,
    routes: d.routes ?? [],
    tags: d.tags ?? {},
  };
};

/** Everything that is stored and announced with a new task. */
export const rowOf = (request: BatchRequest, task: Task, dependencies: Dependencies): NewTask => ({
  ...task,
  requires: request.definition.requires ?? 'all-completed',
  created: request.definition.created,
  state: stateOf(task),
  definition: request.definition,
  pendingSince: task.runs[0]?.scheduled ?? null,
  dependencies: edgesOf(request, dependencies),
  messages: [
    messageFor(task, { message: 'taskDefined' }),
    ...(task.runs.length > 0 ? [messageFor(task, { message: 'taskPending', runId: 0 })] : []),
  ],
});
