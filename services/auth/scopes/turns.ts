import { setImmediate } from 'node:timers/promises';

/** How long a long computation keeps other requests waiting, at most and one step aside. */
const sliceMs = 10;

/** A function to be awaited between the steps of a long computation: it lets other requests have their turn every 10 ms. */
export const takeTurns = (): (() => Promise<void>) => {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < sliceMs) return;
    await setImmediate();
    since = performance.now();
  };
};
