import type { Steps } from '@taskcluster/scopes';
import { setImmediate } from 'node:timers/promises';

/** How long a long computation keeps other requests waiting, at most and one step aside. */
const sliceMs = 10;

/** Takes the steps of a long computation, and lets other requests have their turn every 10 ms. */
export type InTurns = <T>(steps: Steps<T>) => Promise<T>;

export const takeTurns = (): InTurns => {
  let since = performance.now();
  return async (steps) => {
    for (;;) {
      const { done, value } = steps.next();
      // Also after the last step: thousands of computations of one step each take as long.
      if (performance.now() - since >= sliceMs) {
        await setImmediate();
        since = performance.now();
      }
      if (done) return value;
    }
  };
};
