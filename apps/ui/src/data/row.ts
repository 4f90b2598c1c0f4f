import type { TaskDefinition, TaskState, TaskStatus } from '@taskcluster/contracts';

/** The part of a definition that lists show. */
export type Described = Pick<TaskDefinition, 'metadata' | 'created'> & Partial<Pick<TaskDefinition, 'tags'>>;

/** A task in a list. The definition is left behind: fifty thousand of them would be a hundred megabytes. */
export interface TaskRow {
  readonly taskId: string;
  readonly name: string;
  readonly owner: string;
  readonly tags: string;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly status: TaskStatus;
}

export const rowOf = (status: TaskStatus, task: Described): TaskRow => ({
  taskId: status.taskId,
  name: task.metadata.name,
  owner: task.metadata.owner,
  tags: Object.entries(task.tags ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(' '),
  created: Date.parse(task.created),
  status,
});

/** From what needs attention to what is over. */
export const stateOrder = ['failed', 'exception', 'running', 'pending', 'unscheduled', 'completed'] as const satisfies readonly TaskState[];

export type Counts = Readonly<Record<TaskState, number>>;
export const noCounts: Counts = { failed: 0, exception: 0, running: 0, pending: 0, unscheduled: 0, completed: 0 };

export const countsOf = (rows: readonly TaskRow[]): Counts => {
  const counts = { ...noCounts };
  for (const { status } of rows) counts[status.state]++;
  return counts;
};

const progress: Readonly<Record<TaskState, number>> = { unscheduled: 0, pending: 1, running: 2, completed: 3, failed: 3, exception: 3 };

/**
 * Whether status `a` is later than `b`. Messages and replies overtake each other; runs are only ever added, and a run only moves
 * from pending over running to resolved, so these two decide.
 */
export const isLater = (a: TaskStatus, b: TaskStatus): boolean =>
  a.runs.length !== b.runs.length ? a.runs.length > b.runs.length : progress[a.state] > progress[b.state];

/** When the task's last run began to run and when it ended, in epoch milliseconds. */
export const spanOf = ({ runs }: TaskStatus): { readonly started?: number; readonly resolved?: number } => {
  const run = runs.at(-1);
  return { ...(run?.started && { started: Date.parse(run.started) }), ...(run?.resolved && { resolved: Date.parse(run.resolved) }) };
};
