import { setImmediate } from 'node:timers/promises';

// 200 definitions take 5 to 10 ms to check or to write: other requests wait for that long at most.
const sliceSize = 200;

/** Goes through many items and lets other requests have their turn in between. */
export const inSlices = async <T>(
  items: readonly T[],
  work: (slice: readonly T[], from: number) => void | Promise<void>,
): Promise<void> => {
  for (let from = 0; from < items.length; from += sliceSize) {
    await work(items.slice(from, from + sliceSize), from);
    await setImmediate();
  }
};
