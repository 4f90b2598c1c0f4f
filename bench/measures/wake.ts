import { setTimeout as pause } from 'node:timers/promises';
import { latencies, type Result } from '../measure.ts';
import type { Queue } from '../queue.ts';

// Long enough that the worker waits in the platform when the task comes.
const idleMs = () => 20 + Math.random() * 40;
const rounds = (seconds: number) => 25 * seconds;

/** From the request that creates a task to its claim in the hands of a worker that waited for one. */
export async function* claimLatency(queue: Queue, seconds: number): AsyncGenerator<Result> {
  const taskQueueId = queue.newQueue();
  const took: number[] = [];
  for (let i = 0; i < rounds(seconds); i++) {
    const waiting = claimedAt(queue, taskQueueId);
    await pause(idleMs());
    const begun = performance.now();
    await queue.create({ taskQueueId });
    const { claimed, at } = await waiting;
    took.push(at - begun);
    await queue.complete(claimed);
  }
  const result = latencies(took);
  yield {
    name: 'created → claimed by an idle worker',
    ...result,
    target: { text: 'p50 ≤ 10 ms, p99 ≤ 50 ms', reached: result.p50 <= 10 && result.p99 <= 50 },
  };
}

/** From the request that completes a task to the claim of its dependent in the hands of a worker that waited for one. */
export async function* dependencyLatency(queue: Queue, seconds: number): AsyncGenerator<Result> {
  const [first, second] = [queue.newQueue(), queue.newQueue()];
  const took: number[] = [];
  for (let i = 0; i < rounds(seconds); i++) {
    const required = await queue.create({ taskQueueId: first });
    await queue.create({ taskQueueId: second, taskGroupId: required, dependencies: [required] });
    const before = await claimedAt(queue, first);
    const waiting = claimedAt(queue, second);
    await pause(idleMs());
    const begun = performance.now();
    await queue.complete(before.claimed);
    const { claimed, at } = await waiting;
    took.push(at - begun);
    await queue.complete(claimed);
  }
  const result = latencies(took);
  yield { name: 'dependency completed → dependent claimed', ...result, target: { text: 'p99 ≤ 50 ms', reached: result.p99 <= 50 } };
}

const claimedAt = async (queue: Queue, taskQueueId: string) => {
  for (;;) {
    const claimed = await queue.claim(taskQueueId);
    if (claimed) return { claimed, at: performance.now() };
  }
};
