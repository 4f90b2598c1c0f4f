import { atLeast, forSeconds, type Result, times } from '../measure.ts';
import type { Queue } from '../queue.ts';

/** Reads of the status of 500 tasks by one and by 64 clients. */
export async function* status(queue: Queue, seconds: number): AsyncGenerator<Result> {
  const taskQueueId = queue.newQueue();
  const taskIds: string[] = [];
  await times(500, 16, async () => taskIds.push(await queue.create({ taskQueueId })));
  let next = 0;
  for (const clients of [1, 64]) {
    const result = await forSeconds(seconds, clients, () => queue.status(taskIds[next++ % taskIds.length] ?? ''));
    yield { name: `status, ${clients} at a time`, ...result, ...(clients === 64 && { target: atLeast(result.perSecond, 8_000) }) };
  }
}
