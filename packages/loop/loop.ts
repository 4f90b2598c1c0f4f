import type { commonMetrics } from '@taskcluster/contracts';
import type { Log } from '@taskcluster/log';
import type { Recorders } from '@taskcluster/metrics';

/** Background work of a service: data, run by `startLoops`. */
export interface Loop<S> {
  readonly name: string;
  /** Longest pause between two steps in milliseconds when nothing wakes the loop. Polling is only the net. */
  readonly idleMs: (service: S) => number;
  /** Most items that one step takes; a step that took so many is repeated at once. */
  readonly batch: number;
  /** Wakes the loop at once: the wake-up channel of the database that announces its work. */
  readonly wokenBy?: string;
  /** Shortest time from one woken step to the next in milliseconds: what arrives meanwhile is one step's work. 0 unless told. */
  readonly paceMs?: number;
  /**
   * One step; answers how many items it handled. Safe in many processes at once (`for update skip locked`).
   */
  readonly step: (service: S, batch: number) => Promise<number>;
  /** When the next item is due, in milliseconds from now; undefined when nothing is known. Called after a short step. */
  readonly nextDueMs?: (service: S) => Promise<number | undefined>;
}

export interface RunningLoops {
  /** Ends all loops after their current step. */
  stop(): Promise<void>;
}

interface Wakeups {
  on(channel: string, listener: (key: string) => void): () => void;
}

interface Running<S> {
  readonly loop: Loop<S>;
  readonly service: S;
  readonly wakeups: Wakeups;
  readonly log: Log;
  /** Records how long each step took; absent while metrics are off. */
  readonly metrics?: Pick<Recorders<typeof commonMetrics>, 'iterateDuration'> | undefined;
  readonly signal: AbortSignal;
}

const firstBackoffMs = 100;
const maxBackoffMs = 30_000;
// Longer timers fire at once.
const maxTimerMs = 2 ** 31 - 1;
// What is due and was not done is in the hands of another process: asking in a tight loop would not make it faster.
const minPauseMs = 20;

/** Runs each loop until `stop`: at once after a full batch, else after a wake-up, the next due time or `idle`; backs off after an error. */
export const startLoops = <S>(loops: readonly Loop<S>[], { log, ...shared }: Omit<Running<S>, 'loop' | 'signal'>): RunningLoops => {
  const stopping = new AbortController();
  const all = loops.map((loop) => run({ ...shared, loop, log: log.child({ loop: loop.name }), signal: stopping.signal }));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(all);
    },
  };
};

const run = async <S>({ loop, service, wakeups, log, metrics, signal }: Running<S>): Promise<void> => {
  const bell = createBell(signal);
  const off = loop.wokenBy ? wakeups.on(loop.wokenBy, () => bell.ring()) : () => {};
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs: number;
    const began = performance.now();
    const took = (status: string) => metrics?.iterateDuration.observe({ name: loop.name, status }, (performance.now() - began) / 1_000);
    try {
      const count = await loop.step(service, loop.batch);
      const due = count >= loop.batch ? 0 : await loop.nextDueMs?.(service);
      failures = 0;
      took('success');
      if (count >= loop.batch) continue;
      pauseMs = Math.min(loop.idleMs(service), pauseUntil(due ?? Infinity, count));
    } catch (err) {
      failures++;
      took('exception');
      pauseMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** (failures - 1));
      log.error({ err, failures, pauseMs }, 'a step failed and will be tried again');
    }
    // Work that comes in does not shorten the pause after an error: it would be tried as often as it comes.
    if (failures > 0) await bell.rest(pauseMs);
    else {
      await bell.wait(pauseMs);
      const early = (loop.paceMs ?? 0) - (performance.now() - began);
      if (early > 0) await bell.rest(early);
    }
  }
  off();
};

const pauseUntil = (dueMs: number, count: number) => (dueMs <= 0 && count === 0 ? minPauseMs : Math.max(0, dueMs));

/** A bell that was rung while nobody waited is heard by the next wait: no wake-up falls between step and pause. */
const createBell = (signal: AbortSignal) => {
  let rung = false;
  let wake: (() => void) | undefined;
  const pause = (ms: number, wokenByBell: boolean) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, maxTimerMs));
      signal.addEventListener('abort', done);
      if (wokenByBell) wake = done;
      if (signal.aborted || (wokenByBell && rung)) done();
    });
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    /** Ends early when the bell is or was rung. */
    wait: async (ms: number) => {
      await pause(ms, true);
      rung = false;
    },
    /** Ends early only when everything stops. */
    rest: (ms: number) => pause(ms, false),
  };
};
