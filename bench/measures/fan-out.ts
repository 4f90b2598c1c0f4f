import { setTimeout as pause } from 'node:timers/promises';
import { latencies, type Result, times } from '../measure.ts';
import type { Queue } from '../queue.ts';

/** How many dependents, how often it is tried, and how long it may take in milliseconds. */
const sizes = [
  { dependents: 1_000, rounds: 5, targetMs: 300 },
  { dependents: 10_000, rounds: 2, targetMs: 3_000 },
] as const;

/** From the request that completes a task to the moment when all of its dependents are pending. */
export async function* fanOut(queue: Queue): AsyncGenerator<Result> {
  for (const { dependents, rounds, targetMs } of sizes) {
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
    const count = dependents.toLocaleString('en');
    const target = { text: `≤ ${targetMs.toLocaleString('en')} ms`, reached: result.max <= targetMs };
    yield { name: `${count} dependents pending after their dependency`, ...result, target };
  }
}
