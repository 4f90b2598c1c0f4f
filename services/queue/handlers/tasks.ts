import { ApiError, type Caller, cut, encodeToken, type Handlers, offsetIn, pageLimit, textsIn } from '@taskcluster/api';
import { prioritiesAllowing, type queue, type TaskDefinition } from '@taskcluster/contracts';
import { checkDefinition, checkDependencyCount, completeDefinition, DefinitionError } from '../domain/definition.ts';
import { InstantError } from '../domain/instant.ts';
import { cancel, type Decision, rerun, scheduleByCaller } from '../domain/life-cycle.ts';
import { priorityOf, rankOf, statusOf, type Task } from '../domain/task.ts';
import { setPriority } from '../priorities.ts';
import { dependentTasks } from '../store/lists.ts';
import type { QueueService } from '../service.ts';
import { type Asked, listFullTasks, listTasks } from '../store/tasks.ts';

type Queue = Handlers<typeof queue, QueueService>;
type TaskHandlers = Pick<
  Queue,
  | 'createTask'
  | 'task'
  | 'tasks'
  | 'status'
  | 'statuses'
  | 'scheduleTask'
  | 'rerunTask'
  | 'cancelTask'
  | 'changeTaskPriority'
  | 'listDependentTasks'
>;

const asInputError = <T>(work: () => T): T => {
  try {
    return work();
  } catch (err) {
    throw err instanceof DefinitionError || err instanceof InstantError ? new ApiError('InputError', err.message) : err;
  }
};

// What PostgreSQL says of U+0000 and of half a surrogate pair. Every definition would have to be searched to find them before.
const unstorable = new Set<unknown>(['22P05', '22P02']);
const refuseUnstorable = (err: unknown): never => {
  if (err instanceof Error && 'code' in err && unstorable.has(err.code))
    throw new ApiError('InputError', 'A text of the definition holds U+0000 or half a surrogate pair, which cannot be stored. Remove it.');
  throw err;
};

const unknownTask = (taskId: string) => new ApiError('ResourceNotFound', `There is no task ${taskId}. Did it expire?`);

export const existingTask = async (service: QueueService, taskId: string): Promise<Task> => {
  const task = await service.findTask(taskId);
  if (!task) throw unknownTask(taskId);
  return task;
};

/** Steering end-points: existence first, then scopes from the stored task, then the decision. */
const steer =
  (decide: (task: Task, now: string) => Decision): Queue['cancelTask'] =>
  async (service, { params: { taskId }, caller }) => {
    const { schedulerId, taskGroupId, projectId } = await existingTask(service, taskId);
    caller.authorize({ taskId, schedulerId, taskGroupId, projectId });
    return { status: statusOf(await service.transit({ taskId, decide })) };
  };

const authorizeCreation = (
  caller: Caller,
  { scopes, routes, projectId, schedulerId, provisionerId, workerType, priority }: TaskDefinition,
): void =>
  caller.authorize({ scopes, routes, projectId, schedulerId, provisionerId, workerType, priorities: prioritiesAllowing(priority) });

interface Paging {
  readonly continuationToken?: string;
  readonly limit?: string;
}

/** A page of the tasks among these ids, and its token: the place of the last one among what was asked for. */
const pageOf = async <T extends { readonly place: number }>(
  fetch: (asked: Asked) => Promise<readonly T[]>,
  taskIds: readonly string[],
  { continuationToken, limit }: Paging,
) => {
  const size = pageLimit(limit);
  const rows = await fetch({ taskIds, after: offsetIn(continuationToken), limit: size + 1 });
  return cut(rows, size, ({ place }) => encodeToken([place]));
};

export const taskHandlers: TaskHandlers = {
  createTask: async (service, { params: { taskId }, body, caller }) => {
    const definition = asInputError(() => {
      const complete = completeDefinition(taskId, body);
      checkDependencyCount(complete, service.limits);
      return complete;
    });
    authorizeCreation(caller, definition);
    asInputError(() => checkDefinition(definition, service.limits, service.now()));
    return { status: await service.createTask({ taskId, definition }).catch(refuseUnstorable) };
  },

  task: async (service, { params: { taskId } }) => {
    const definition = await service.findDefinition(taskId);
    if (!definition) throw unknownTask(taskId);
    return definition;
  },

  tasks: async ({ db }, { body: { taskIds = [] }, query, caller }) => {
    caller.authorize({ taskIds });
    const { page, next } = await pageOf((asked) => listFullTasks(db, asked), taskIds, query);
    return {
      tasks: page.map((t) => ({ taskId: t.taskId, task: { ...(t.definition as TaskDefinition), priority: priorityOf(t.rank) } })),
      ...next,
    };
  },

  status: async (service, { params: { taskId } }) => ({ status: statusOf(await existingTask(service, taskId)) }),

  statuses: async ({ db }, { body: { taskIds = [] }, query, caller }) => {
    caller.authorize({ taskIds });
    const { page, next } = await pageOf((asked) => listTasks(db, asked), taskIds, query);
    return { statuses: page.map((t) => ({ taskId: t.taskId, status: statusOf(t) })), ...next };
  },

  scheduleTask: steer(scheduleByCaller),
  rerunTask: steer(rerun),
  cancelTask: steer(cancel),

  changeTaskPriority: async (service, { params: { taskId }, body: { newPriority }, caller }) => {
    const { taskQueueId } = await existingTask(service, taskId);
    caller.authorize({ taskId, taskQueueId });
    return { status: statusOf(await setPriority(service.db, taskId, rankOf(newPriority))) };
  },

  listDependentTasks: async (service, { params: { taskId }, query: { continuationToken, limit } }) => {
    await existingTask(service, taskId);
    const size = pageLimit(limit);
    const [after = ''] = textsIn(continuationToken, 1);
    const rows = await dependentTasks(service.db, taskId, after, size + 1);
    const { page, next } = cut(rows, size, (t) => encodeToken([t.taskId]));
    return {
      taskId,
      tasks: page.map((t) => ({ status: statusOf(t), task: { ...(t.definition as TaskDefinition), priority: priorityOf(t.rank) } })),
      ...next,
    };
  },
};
