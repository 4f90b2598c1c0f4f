import { atLeast, latencies, type Result, times } from '../measure.ts';
import type { Queue } from '../queue.ts';

const tasksASecond = 500;

/** A backlog, claimed and completed by 8 and by 32 workers, each one task at a time. No task may be left over. */
export async function* drain(queue: Queue, seconds: number): AsyncGenerator<Result> {
  for (const workers of [8, 32]) {
    const taskQueueId = queue.newQueue();
    const count = tasksASecond * seconds;
    await times(count, 32, () => queue.create({ taskQueueId }));
    const took: number[] = [];
    const done = new AbortController();
    const begun = performance.now();
    let ended = begun;
    const worker = async (workerId: string) => {
      while (took.length < count) {
        const started = performance.now();
        const claimed = await queue.claim(taskQueueId, { workerId, signal: done.signal });
        // All tasks were there before: a wait of 20 s that ends with nothing means that one cannot be claimed.
        if (!claimed) throw new Error(`${count - took.length} of ${count} tasks are stranded.`);
        await queue.complete(claimed);
        ended = performance.now();
        took.push(ended - started);
      }
      // Whoever still waits has nothing to wait for.
      done.abort();
    };
    const lanes = Array.from({ length: workers }, (_, i) => worker(`w${i}`));
    await Promise.all(lanes.map((lane) => lane.catch((err: unknown) => (done.signal.aborted ? undefined : Promise.reject(err as Error)))));
    const perSecond = (took.length / (ended - begun)) * 1_000;
    yield {
      name: `claim and complete, ${workers} workers`,
      perSecond,
      ...latencies(took),
      ...(workers === 8 && { target: atLeast(perSecond, 1_500) }),
    };
  }
}
