import { priorities, type Priority, type Run, type TaskStatus } from '@taskcluster/contracts';

export type TaskState = TaskStatus['state'];
export type ReasonCreated = Run['reasonCreated'];
export type ReasonResolved = NonNullable<Run['reasonResolved']>;

/** What the life cycle of a task is decided from: the mutable part of a task and what its messages carry. Times are ISO texts in milliseconds. */
export interface Task {
  readonly taskId: string;
  readonly taskQueueId: string;
  readonly schedulerId: string;
  readonly taskGroupId: string;
  readonly projectId: string;
  /** 1 is the highest priority, 7 the lowest. */
  readonly rank: number;
  readonly deadline: string;
  readonly expires: string;
  readonly retries: number;
  readonly retriesLeft: number;
  readonly runs: readonly Run[];
  readonly unsatisfied: number;
  /** Whether the task was resolved at least once; a rerun does not take this back. */
  readonly everResolved: boolean;
  readonly routes: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** The most runs that a task can have (queue.md, section 11). */
export const maxRuns = 50;

export const rankOf = (priority: Priority): number => priorities.indexOf(priority) + 1;
export const priorityOf = (rank: number): Priority => priorities[rank - 1] ?? 'lowest';

/** The state of a task is the state of its last run. */
export const stateOf = (task: Pick<Task, 'runs'>): TaskState => task.runs.at(-1)?.state ?? 'unscheduled';
export const isResolved = (state: TaskState): boolean => state === 'completed' || state === 'failed' || state === 'exception';

/** The status of a task, as the API and the messages show it. */
export const statusOf = (task: Task): TaskStatus => {
  const [provisionerId = '', workerType = ''] = task.taskQueueId.split('/');
  return {
    taskId: task.taskId,
    provisionerId,
    workerType,
    taskQueueId: task.taskQueueId,
    schedulerId: task.schedulerId,
    projectId: task.projectId,
    taskGroupId: task.taskGroupId,
    priority: priorityOf(task.rank),
    deadline: task.deadline,
    expires: task.expires,
    retriesLeft: task.retriesLeft,
    state: stateOf(task),
    runs: [...task.runs],
  };
};
