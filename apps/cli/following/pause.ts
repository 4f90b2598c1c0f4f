import { setTimeout } from 'node:timers/promises';

/** Waits; the signal ends the wait early and without an error. */
export const pause = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(milliseconds, undefined, { signal }).catch((err: unknown) => {
    if (!signal.aborted) throw err;
  });
};
