import type { TaskState } from '../../domain/task.ts';

/** How a task at the root of the waiting keeps others from starting. */
export type Obstacle = 'failed' | 'missing' | 'held' | 'active';

/** By its state; undefined is that of a task which does not exist any more. */
export const obstacleOf = ({ state }: { readonly state: TaskState | undefined }): Obstacle => {
  if (state === undefined) return 'missing';
  if (state === 'unscheduled') return 'held';
  return state === 'failed' || state === 'exception' ? 'failed' : 'active';
};
