import type { TaskDefinition, TaskDefinitionRequest } from '@taskcluster/contracts';
import { instant } from './instant.ts';

/** A definition that cannot be accepted; the message is for its author. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}

export interface DefinitionLimits {
  readonly maxDependencies: number;
  readonly maxDeadlineMs: number;
}

const driftMs = 15 * 60_000;

/** Both forms of the task queue, from whichever was given (queue.md, section 4, step 1). */
const queueOf = ({ taskQueueId, provisionerId, workerType }: TaskDefinitionRequest) => {
  if (taskQueueId !== undefined) {
    const [p = '', w = ''] = taskQueueId.split('/');
    if ((provisionerId ?? p) !== p || (workerType ?? w) !== w) {
      throw new DefinitionError(
        `taskQueueId ${taskQueueId} and provisionerId/workerType ${provisionerId ?? p}/${workerType ?? w} name different queues. Give one of them, or make them agree.`,
      );
    }
    return { taskQueueId, provisionerId: p, workerType: w };
  }
  if (provisionerId === undefined || workerType === undefined)
    throw new DefinitionError('The definition names no task queue. Give taskQueueId, or both provisionerId and workerType.');
  return { taskQueueId: `${provisionerId}/${workerType}`, provisionerId, workerType };
};

const oneYearAfter = (time: string) => {
  const date = new Date(time);
  date.setUTCFullYear(date.getUTCFullYear() + 1);
  return date.toISOString();
};

/** Fills in what the author left out: the queue in both forms, the group, the expiry; times in milliseconds. */
export const completeDefinition = (taskId: string, request: TaskDefinitionRequest): TaskDefinition => {
  const deadline = instant('deadline', request.deadline);
  // The order of the keys is the order in which people read a definition.
  return {
    ...queueOf(request),
    schedulerId: request.schedulerId,
    projectId: request.projectId,
    taskGroupId: request.taskGroupId ?? taskId,
    dependencies: request.dependencies,
    requires: request.requires,
    routes: request.routes,
    priority: request.priority,
    retries: request.retries,
    created: instant('created', request.created),
    deadline,
    expires: request.expires === undefined ? oneYearAfter(deadline) : instant('expires', request.expires),
    scopes: request.scopes,
    payload: request.payload,
    metadata: request.metadata,
    tags: request.tags,
    extra: request.extra,
  } as TaskDefinition;
};

const maxRouteBytes = 255 - 'route.'.length;

/** A route is a routing key of messages once `route.` is put before it: printable ASCII, at most 255 bytes. */
const wrongRoute = (routes: readonly string[]): string | undefined => {
  const wrong = routes.find((route) => !/^[ -~]*$/.test(route) || route.length > maxRouteBytes);
  return wrong === undefined
    ? undefined
    : `The route ${JSON.stringify(wrong)} cannot be a routing key. Use printable ASCII, at most ${maxRouteBytes} characters.`;
};

/** Everything that is wrong with a task in itself, without a look at other tasks; `nowMs` is the time of the request. */
export const definitionProblems = (task: TaskDefinition, { maxDeadlineMs }: DefinitionLimits, nowMs: number): readonly string[] => {
  const [created, deadline, expires] = [Date.parse(task.created), Date.parse(task.deadline), Date.parse(task.expires ?? task.deadline)];
  const now = new Date(nowMs).toISOString();
  const problems: string[] = [];
  const refuse = (message: string) => void problems.push(message);
  if (created < nowMs - driftMs)
    refuse(
      `created (${task.created}) is more than 15 minutes in the past; it is ${now}. Set it to the time of the call, and check the clock.`,
    );
  if (created > nowMs + driftMs)
    refuse(
      `created (${task.created}) is more than 15 minutes in the future; it is ${now}. Set it to the time of the call, and check the clock.`,
    );
  if (created > deadline) refuse(`created (${task.created}) is after deadline (${task.deadline}).`);
  if (deadline < nowMs) refuse(`deadline (${task.deadline}) is in the past; it is ${now}.`);
  if (deadline > nowMs + maxDeadlineMs + driftMs)
    refuse(
      `deadline (${task.deadline}) is more than ${maxDeadlineMs / 86_400_000} days in the future, which is the most that this deployment allows.`,
    );
  if (expires < deadline) refuse(`expires (${task.expires}) is before deadline (${task.deadline}).`);
  const route = wrongRoute(task.routes ?? []);
  if (route !== undefined) refuse(route);
  const ambiguous = task.scopes?.find((scope) => scope.endsWith('**'));
  if (ambiguous !== undefined) refuse(`The scope ${JSON.stringify(ambiguous)} ends in more than one star. Remove all but one.`);
  return problems;
};

/** Throws a DefinitionError for the first of the problems. */
export const checkDefinition = (task: TaskDefinition, limits: DefinitionLimits, nowMs: number): void => {
  const [first] = definitionProblems(task, limits, nowMs);
  if (first !== undefined) throw new DefinitionError(first);
};

export const checkDependencyCount = (task: TaskDefinition, { maxDependencies }: DefinitionLimits): void => {
  const count = task.dependencies?.length ?? 0;
  if (count > maxDependencies)
    throw new DefinitionError(
      `The task has ${count} dependencies; this deployment allows at most ${maxDependencies}. Put a task in between that joins some of them.`,
    );
};
