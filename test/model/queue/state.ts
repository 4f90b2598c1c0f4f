import type { Definition, Message, Run, Status } from '../vocabulary.ts';

/** Everything that the model remembers. All times are milliseconds. */
export interface Model {
  now: number;
  readonly tasks: Map<string, ModelTask>;
  readonly groups: Map<string, ModelGroup>;
  /** Every claim ever made, also lost ones: who works for a dead claim still calls. */
  readonly claims: ModelClaim[];
  /** By queue and id. */
  readonly workers: Map<string, ModelWorker>;
  /** When this process last wrote that a worker asked for work or went on. */
  readonly noticed: Map<string, number>;
  /** Messages about workers that are gone, which nobody has handled yet. */
  readonly gone: Gone[];
  /** Runs that such a message was found to be about, and that are about to be ended. */
  readonly losing: ModelClaim[];
  /** Groups in which a task was resolved and which nobody has looked at since. */
  readonly noted: Set<string>;
  /** Messages since they were last taken, in order. */
  messages: Message[];
}
export interface ModelTask {
  readonly definition: Definition;
  priority: string;
  retriesLeft: number;
  readonly runs: Run[];
  /** Dependencies that need not be waited for any more. */
  readonly satisfied: Set<string>;
  everResolved: boolean;
  deadlineLooked: boolean;
  /** Its claim ran out after the deadline: nobody remembers whose it was. */
  claimForgotten: boolean;
}
export interface ModelGroup {
  readonly schedulerId: string;
  expires: number;
  sealed?: number;
}
export interface ModelClaim {
  readonly taskId: string;
  readonly runId: number;
  readonly worker: string;
}
export interface ModelWorker {
  readonly taskQueueId: string;
  readonly worker: string;
  readonly firstClaim: number;
  expires: number;
  quarantineUntil: number;
  /** The last 20 runs that it was given, oldest first. */
  recentTasks: readonly { readonly taskId: string; readonly runId: number }[];
}
export interface Gone {
  readonly taskQueueId: string;
  readonly worker: string;
  readonly at: number;
}

export const newModel = (now: number): Model => ({
  now,
  tasks: new Map(),
  groups: new Map(),
  claims: [],
  workers: new Map(),
  noticed: new Map(),
  gone: [],
  losing: [],
  noted: new Set(),
  messages: [],
});

export const hourMs = 3_600_000;
export const iso = (ms: number) => new Date(ms).toISOString();

export const stateOf = ({ runs }: Pick<ModelTask, 'runs'>): string => runs.at(-1)?.state ?? 'unscheduled';
export const isResolved = (task: ModelTask) => ['completed', 'failed', 'exception'].includes(stateOf(task));
export const isLate = (model: Model, task: ModelTask) => Date.parse(task.definition.deadline) < model.now;

export const statusOf = ({ definition, priority, retriesLeft, runs }: ModelTask): Status => {
  const { taskId, taskQueueId, schedulerId, projectId, taskGroupId, deadline, expires } = definition;
  const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
  const about = { taskId, provisionerId, workerType, taskQueueId, schedulerId, projectId, taskGroupId, priority, deadline, expires };
  return { ...about, retriesLeft, state: stateOf({ runs }), runs: runs.map((run) => ({ ...run })) };
};
