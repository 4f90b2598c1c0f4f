import { ApiError } from '@taskcluster/api';

/**
 * Lets a few work at the same time, keeps a few more waiting, and refuses the rest: a batch holds tens of megabytes while it is worked on.
 */
export const places = ({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }) => {
  const queue: (() => void)[] = [];
  let busy = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy >= atOnce) {
      if (queue.length >= waiting)
        throw new ApiError(
          'ServiceUnavailable',
          'Too many batches of tasks are being created at the moment. Send this one again shortly.',
          {},
          { retryAfterSeconds: 2 },
        );
      await new Promise<void>((resolve) => queue.push(resolve));
    } else busy++;
    try {
      return await work();
    } finally {
      // Whoever waits longest takes over the place.
      const next = queue.shift();
      if (next) next();
      else busy--;
    }
  };
};
