import { setTimeout as pause } from 'node:timers/promises';
import { latencies, type Result, times } from '../measure.ts';
import type { Queue } from '../queue.ts';

const dependents = 1_000;
const rounds = 5;

/** From the request that completes a task to the moment when all of its 1,000 dependents are pending. */
export async function* fanOut(queue: Queue): AsyncGenerator<Result> {
  const took: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const [first, second] = [queue.newQueue(), queue.newQueue()];
    const required = await queue.create({ taskQueueId: first });
    await times(dependents, 32, () => queue.create({ taskQueueId: second, taskGroupId: required, dependencies: [required] }));
    const claimed = await queue.claim(first);
    if (!claimed) throw new Error('The task that the others wait for could not be claimed.');
    const begun = performance.now();
    await queue.complete(claimed);
    while ((await queue.pending(second)) < dependents) await pause(5);
    took.push(performance.now() - begun);
  }
  const result = latencies(took);
  yield { name: '1,000 dependents pending after their dependency', ...result, target: { text: '≤ 300 ms', reached: result.max <= 300 } };
}
