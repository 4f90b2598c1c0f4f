/** What is known after a step of the indexing loop. Times are in milliseconds. */
export interface Step {
  /** How long the step took. */
  readonly tookMs: number;
  /** There is more to do already. */
  readonly more: boolean;
  /** How many messages all services wrote in a second since the step before. */
  readonly messagesPerSecond: number;
  readonly behindMs: number;
}

export const idleMs = 400;
const busyAbove = 500;
const minuteMs = 60_000;
/** A step that took a quarter of a second was held up: what that says of the next one is not worth a minute of tasks that are not found. */
const longestMs = 5_000;

/**
 * How long the loop rests. While the platform is busy it takes a twentieth of the time for itself, so that creating and claiming tasks
 * lose next to nothing; the index is behind then. When things calm down, or it is behind for minutes, it takes more.
 */
export const restAfter = ({ tookMs, more, messagesPerSecond, behindMs }: Step): number => {
  if (!more && messagesPerSecond <= busyAbove) return idleMs;
  if (messagesPerSecond <= busyAbove || behindMs > 10 * minuteMs) return tookMs;
  return Math.min(longestMs, Math.max(behindMs > minuteMs ? idleMs / 4 : idleMs, (behindMs > minuteMs ? 4 : 19) * tookMs));
};
