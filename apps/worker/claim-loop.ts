import { CallError, type Client } from '@taskcluster/client';
import type { ClaimedTask, queue } from '@taskcluster/contracts';
import type { Log } from '@taskcluster/log';
import { backOffMs, pause } from './pause.ts';

export interface ClaimLoop {
  readonly queue: Client<typeof queue>;
  readonly taskQueueId: string;
  readonly workerGroup: string;
  readonly workerId: string;
  readonly log: Log;
  /** No more claims. A request that waits for work is broken off, which the queue notices. */
  readonly signal: AbortSignal;
  readonly backOff: { readonly firstMs: number; readonly maxMs: number };
  /** How many more tasks can be run now. */
  readonly free: () => number;
  /** Answers when a task has ended, or the signal is aborted. */
  readonly freed: () => Promise<void>;
  readonly start: (claimed: ClaimedTask) => void;
  readonly onRefused: (error: CallError) => void;
}

// The queue waits for 20 seconds; give it time to answer on a busy day.
const timeoutMs = 60_000;
// What one request may ask for.
const mostTasks = 32;
// The queue waits for work, so an empty answer takes its time. One that does not (a queue that is about to stop) must not make us spin.
const shortestWaitMs = 1_000;

/**
 * Claims tasks while there is room for them. One request at a time waits at the queue, for as many tasks as fit; the next one goes out as
 * soon as it is answered: there is no pause except after an error. Room that appears while a request waits is asked for with the next
 * one. Never rejected.
 */
export const claimTasks = async (loop: ClaimLoop): Promise<void> => {
  for (let failures = 0; !loop.signal.aborted;) {
    const free = loop.free();
    if (free <= 0) {
      await loop.freed();
      continue;
    }
    const began = performance.now();
    try {
      const tasks = await claim(loop, Math.min(free, mostTasks));
      failures = 0;
      for (const task of tasks) loop.start(task);
      if (tasks.length === 0) await pause(shortestWaitMs - (performance.now() - began), loop.signal);
    } catch (err) {
      if (loop.signal.aborted) return;
      failures++;
      const pauseMs = backOffMs(failures, loop.backOff);
      loop.log.warn({ err, failures, pauseMs: Math.round(pauseMs) }, 'no work could be claimed and this will be tried again');
      if (err instanceof CallError && [401, 403, 404].includes(err.status)) loop.onRefused(err);
      await pause(pauseMs, loop.signal);
    }
  }
};

// A claim that this worker has neither prolonged nor ended within a minute is somebody else's: should the answer get lost, or the machine
// die at once, nobody waits 20 minutes. `keepReclaiming` looks at when the claim ends, so it needs to know nothing of this.
const claim = async ({ queue, taskQueueId, workerGroup, workerId, signal }: ClaimLoop, tasks: number): Promise<readonly ClaimedTask[]> =>
  (
    await queue.claimWork(
      { taskQueueId },
      { workerGroup, workerId, tasks },
      { signal, timeoutMs, retries: 0, prefer: 'acknowledge-claims' },
    )
  ).tasks;
