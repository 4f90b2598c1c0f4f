import type { TaskState } from '../../domain/task.ts';

/**
 * What another task needs of one that it waits for: 0, that it completes; 1, that it is over in whatever way (`all-resolved`), at the
 * latest by its deadline; 2, nothing in the end, for it lies below one that only has to be over.
 */
export type Need = 0 | 1 | 2;

/**
 * How a task at the root of the waiting keeps others from starting. `ending`: it is not scheduled itself, but only has to be over.
 * `stuck`: it does not go on, and lies below an ending one. `beneath`: it goes on, and lies there.
 */
export type Obstacle = 'failed' | 'missing' | 'held' | 'active' | 'ending' | 'stuck' | 'beneath';

/** By its state; undefined is that of a task which does not exist any more, so that nothing ends it. */
export const obstacleOf = ({ state, need }: { readonly state: TaskState | undefined; readonly need: Need }): Obstacle => {
  const failed = state === 'failed' || state === 'exception';
  if (need === 2) return failed || state === undefined || state === 'unscheduled' ? 'stuck' : 'beneath';
  if (state === undefined) return 'missing';
  if (state === 'unscheduled') return need === 1 ? 'ending' : 'held';
  return failed && need === 0 ? 'failed' : 'active';
};
