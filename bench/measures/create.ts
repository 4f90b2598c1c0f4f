import slugid from 'slugid';
import { atLeast, forSeconds, type Result, times } from '../measure.ts';
import type { Queue } from '../queue.ts';

/** createTask by one, 16 and 64 clients into one group, and by 64 clients into a group for each task. */
export async function* create(queue: Queue, seconds: number): AsyncGenerator<Result> {
  await times(2_000, 16, () => queue.create({ taskQueueId: 'bench/warm' }));
  for (const clients of [1, 16, 64]) {
    const task = { taskQueueId: queue.newQueue(), taskGroupId: slugid.nice() };
    const result = await forSeconds(seconds, clients, () => queue.create(task));
    yield {
      name: `createTask, ${clients} at a time, one group`,
      ...result,
      ...(clients === 64 && { target: atLeast(result.perSecond, 5_000) }),
    };
  }
  const taskQueueId = queue.newQueue();
  const result = await forSeconds(seconds, 64, () => queue.create({ taskQueueId }));
  yield { name: 'createTask, 64 at a time, own groups', ...result, target: atLeast(result.perSecond, 5_000) };
}
