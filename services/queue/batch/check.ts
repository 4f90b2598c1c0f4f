import { ApiError, type Caller } from '@taskcluster/api';
import { BatchTask, prioritiesAllowing, type TaskDefinition } from '@taskcluster/contracts';
import { validatorOf } from '@taskcluster/contracts/validator';
import type { CreateRequest } from '../create.ts';
import {
  checkDependencyCount,
  completeDefinition,
  DefinitionError,
  type DefinitionLimits,
  definitionProblems,
} from '../domain/definition.ts';
import { InstantError } from '../domain/instant.ts';
import { cyclesAmong } from './domain/cycles.ts';
import type { Problem } from './domain/problems.ts';
import { inSlices } from './slices.ts';

export interface Checked {
  /** The tasks that can be held against what is stored, with their places in the request: complete, each once, and the caller may create them. */
  readonly complete: readonly (CreateRequest & { readonly index: number })[];
  /** All ids of the batch, also of tasks that are not good: to depend on one of them is no further mistake. */
  readonly taskIds: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

interface Options {
  readonly caller: Caller;
  readonly limits: DefinitionLimits;
  readonly nowMs: number;
}

/** Everything that can be said about the tasks of a batch without the database: form, times, scopes, doubles and circles. */
export const checkBatch = async (tasks: readonly unknown[], { caller, limits, nowMs }: Options): Promise<Checked> => {
  const problems: Problem[] = [];
  const complete: (CreateRequest & { readonly index: number })[] = [];
  const graph: { readonly taskId: string; readonly dependencies: readonly string[] }[] = [];
  const taskIds = new Set<string>();
  const places = new Map<string, number>();
  const mayCreate = authorization(caller);
  await inSlices(tasks, (slice, from) => {
    for (const [i, given] of slice.entries()) {
      const index = from + i;
      const taskId = idOf(given);
      const found: Pick<Problem, 'code' | 'message'>[] = [];
      const first = places.get(taskId);
      if (first !== undefined)
        found.push({ code: 'InputError', message: `The batch has this task twice, also as number ${first}. Leave one of them out.` });
      else places.set(taskId, index);
      const task = formed(given, found);
      const definition = task && read(task, { limits, nowMs, mayCreate }, found);
      taskIds.add(taskId);
      for (const problem of found) problems.push({ index, taskId, ...problem });
      if (task && first === undefined) graph.push({ taskId, dependencies: task.task.dependencies ?? [] });
      if (definition && first === undefined) complete.push({ index, taskId, definition });
    }
  });
  for (const cycle of cyclesAmong(graph)) problems.push(cycleProblem(cycle, places));
  return { complete, taskIds, problems };
};

const idOf = (given: unknown): string => {
  const id = typeof given === 'object' && given !== null && 'taskId' in given ? given.taskId : undefined;
  return typeof id === 'string' ? id.slice(0, 50) : '(no taskId)';
};

const validate = validatorOf(BatchTask);

interface Reading extends Omit<Options, 'caller'> {
  readonly mayCreate: (definition: TaskDefinition) => ApiError | undefined;
}

type Found = Pick<Problem, 'code' | 'message'>[];

/** A task as the schema has it, with its defaults; nothing for one that is not. */
const formed = (given: unknown, found: Found): BatchTask | undefined => {
  const wrong = validate(given) ?? [];
  for (const message of wrong) found.push({ code: 'InputValidationError', message });
  return wrong.length === 0 ? (given as BatchTask) : undefined;
};

/** Its complete definition, whatever else is wrong with it; nothing when it cannot be completed, or when the caller may not create it. */
const read = ({ taskId, task }: BatchTask, { limits, nowMs, mayCreate }: Reading, found: Found): TaskDefinition | undefined => {
  try {
    const definition = completeDefinition(taskId, task);
    const refused = mayCreate(definition);
    if (refused) found.push({ code: refused.code, message: refused.message });
    for (const message of definitionProblems(definition, limits, nowMs)) found.push({ code: 'InputError', message });
    checkDependencyCount(definition, limits);
    return refused ? undefined : definition;
  } catch (err) {
    if (!(err instanceof DefinitionError || err instanceof InstantError)) throw err;
    found.push({ code: 'InputError', message: err.message });
    return undefined;
  }
};

/**
 * Whether the caller may create a task, as createTask asks it (queue.md, section 4, step 4). The tasks of a graph mostly need the same
 * scopes: each combination is looked at once. Credentials that are no good refuse the whole request.
 */
const authorization = (caller: Caller) => {
  const known = new Map<string, ApiError | undefined>();
  return ({ scopes, routes, projectId, schedulerId, provisionerId, workerType, priority }: TaskDefinition): ApiError | undefined => {
    const params = { scopes, routes, projectId, schedulerId, provisionerId, workerType, priorities: prioritiesAllowing(priority) };
    const key = JSON.stringify(params);
    if (known.has(key)) return known.get(key);
    let refused: ApiError | undefined;
    try {
      caller.authorize(params);
    } catch (err) {
      if (!(err instanceof ApiError) || err.code !== 'InsufficientScopes') throw err;
      refused = err;
    }
    known.set(key, refused);
    return refused;
  };
};

const maxNamed = 20;
const cycleProblem = (cycle: readonly string[], places: ReadonlyMap<string, number>): Problem => {
  const [taskId = ''] = cycle;
  const named = cycle.length > maxNamed ? [...cycle.slice(0, maxNamed), `… (${cycle.length} tasks)`] : cycle;
  return {
    index: places.get(taskId) ?? 0,
    taskId,
    code: 'InputError',
    message: `These tasks wait for each other in a circle: ${[...named, taskId].join(' → ')}. Remove one of these dependencies.`,
  };
};
