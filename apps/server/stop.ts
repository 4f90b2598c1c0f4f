import type { Log } from '@taskcluster/log';

/** A part of a stop: what it ends, for the log, and how. */
export interface Step {
  readonly what: string;
  readonly end: () => Promise<unknown>;
}

/** What hangs leaves so much time (milliseconds) to each part after it: most of them need none. */
const leftMs = 500;

/**
 * Ends one part after the other, in at most `forMs` milliseconds, and half a second more for each part that is left then. A part that
 * does not end is named in the log and left behind: what it had not committed is undone, as after a kill. A part that fails is named too,
 * and keeps the others from nothing.
 */
export const stopInTime = async (steps: readonly Step[], forMs: number, log: Log): Promise<void> => {
  const end = performance.now() + forMs;
  for (const { what, end: ending } of steps) {
    const waitMs = Math.max(end - performance.now(), leftMs);
    try {
      if (!(await inTime(ending(), waitMs)))
        log.error({ what, waitedMs: Math.round(waitMs) }, `the stop does not wait for ${what} any longer; what is not committed is undone`);
    } catch (err) {
      log.error({ err, what }, `${what} could not be ended in order`);
    }
  }
};

/** Whether it ended in time. */
const inTime = async (work: Promise<unknown>, ms: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, ms, false)));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
};
