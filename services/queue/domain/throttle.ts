/** Says whether something is due again: at most once in `everyMs` for each key, as far as this process knows. Times are in milliseconds. */
export interface Throttle {
  /** True when the key was not due before, or long ago; then it counts as done now. */
  readonly due: (key: string, nowMs: number) => boolean;
  /** It was not done after all. */
  readonly forget: (key: string) => void;
}

// Far more workers than one process serves; beyond it the oldest are forgotten, which costs them one write too many.
const maxKeys = 50_000;

export const createThrottle = (everyMs: number): Throttle => {
  const done = new Map<string, number>();
  return {
    due: (key, nowMs) => {
      const last = done.get(key);
      if (last !== undefined && nowMs - last < everyMs) return false;
      // Deleted first, so that the order of the map is the order of the times.
      done.delete(key);
      done.set(key, nowMs);
      if (done.size > maxKeys)
        for (const oldest of done.keys())
          if (done.size > maxKeys) done.delete(oldest);
          else break;
      return true;
    },
    forget: (key) => void done.delete(key),
  };
};
