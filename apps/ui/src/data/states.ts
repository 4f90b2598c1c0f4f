import type { TaskState } from '@taskcluster/contracts';

/** The states of a task in the order of its life. Kept here and not imported, because the contract's schemas would come along. */
export const taskStates = ['unscheduled', 'pending', 'running', 'completed', 'failed', 'exception'] as const satisfies readonly TaskState[];

export const isResolved = (state: TaskState): boolean => state === 'completed' || state === 'failed' || state === 'exception';
