import { attempt, once, pick, type Shared, taskQueueId } from './attempt.ts';
import { shown, type Status } from './history.ts';

/** Somebody who steers tasks of others. */
export const meddle = async (shared: Shared): Promise<void> => {
  const { queue, random, memory } = shared;
  const taskId = pick(memory.recent, random);
  const taskGroupId = pick(memory.groups, random);
  if (taskId === undefined || taskGroupId === undefined) return;
  const chance = random();
  if (chance < 0.3) await attempt(shared, 'cancel', () => queue.cancelTask({ taskId }, undefined, once));
  else if (chance < 0.5) await attempt(shared, 'rerun', () => queue.rerunTask({ taskId }, undefined, once));
  else if (chance < 0.65) await attempt(shared, 'schedule', () => queue.scheduleTask({ taskId }, undefined, once));
  else if (chance < 0.8) await attempt(shared, 'priority', () => queue.changeTaskPriority({ taskId }, { newPriority: 'high' }, once));
  else if (chance < 0.95)
    await attempt(shared, 'group-priority', () => queue.changeTaskGroupPriority({ taskGroupId }, { newPriority: 'medium' }, once));
  else {
    await attempt(shared, 'seal', () => queue.sealTaskGroup({ taskGroupId }, undefined, once));
    await attempt(shared, 'cancel-group', () => queue.cancelTaskGroup({ taskGroupId }, undefined, once));
    const place = memory.groups.indexOf(taskGroupId);
    if (place >= 0) memory.groups.splice(place, 1);
  }
};

/** Somebody who looks for tasks. What is found is there, and says what any other answer says. */
export const search = async (shared: Shared): Promise<void> => {
  const { queue, history, random } = shared;
  const query = pick(
    [{ name: `chaos ${Math.floor(random() * 100)}` }, { state: 'running' }, { state: 'completed,failed' }, { taskQueueId }],
    random,
  );
  const found = await attempt(shared, 'search', () => queue.searchTasks({ ...query, limit: '20' }, undefined, once));
  for (const { status } of found?.tasks ?? []) shown(history, status as Status);
};
