import { type Model, type ModelTask, statusOf } from './state.ts';

/** What a message says besides the status. */
interface Told {
  readonly runId?: number;
  readonly [more: string]: unknown;
}
/** Announces something about a task, with the status that it has at this moment (queue.md, section 9). */
export const tell = (model: Model, task: ModelTask, name: string, { runId, ...more }: Told = {}): void => {
  const { taskId, taskQueueId, schedulerId, taskGroupId, routes, tags } = task.definition;
  const run = runId === undefined ? undefined : task.runs[runId];
  const silent = name === 'task-pending' || run?.reasonResolved === 'deadline-exceeded' || run?.workerId === undefined;
  const worker = silent ? {} : { workerGroup: run?.workerGroup, workerId: run?.workerId };
  const status = name === 'task-defined' ? { ...statusOf(task), state: 'unscheduled', runs: [] } : statusOf(task);
  const tagged = name === 'task-priority-changed' ? {} : { task: { tags } };
  const words = [taskId, runId ?? '_', silent ? '_' : run?.workerGroup, silent ? '_' : run?.workerId];
  model.messages.push({
    about: taskId,
    name,
    key: ['primary', ...words, taskQueueId.replace('/', '.'), schedulerId, taskGroupId, '_'].join('.'),
    cc: routes.map((r) => `route.${r}`),
    payload: { version: 1, status, ...tagged, ...(runId === undefined ? {} : { runId }), ...worker, ...more },
  });
};

export const tellGroup = (model: Model, taskGroupId: string, name: string, more: object): void => {
  const schedulerId = model.groups.get(taskGroupId)?.schedulerId ?? '';
  model.messages.push({
    about: taskGroupId,
    name,
    key: ['primary', taskGroupId, schedulerId, '_'].join('.'),
    cc: [],
    payload: { version: 1, taskGroupId, schedulerId, ...more },
  });
};
