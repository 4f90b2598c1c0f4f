/** A piece of time, `starts` included and `ends` not (null: without bound), and how many entries came to it by what is known of their state. */
export interface Slice {
  readonly starts: string | null;
  readonly ends: string | null;
  readonly open: number;
  readonly completed: number;
  /** Exceptions too. */
  readonly failed: number;
}

/**
 * So many tasks make a slice. A term that all of them have gives its hits in a slice within about 20 ms, which is the most that a request waits
 * for a statement when its time is over; and slices without it take 30 µs each. Of twice the size they made searches half as slow again.
 */
export const sliceSize = 25_000;

const overIn = { completed: 'completed', failed: 'failed', exception: 'failed' } as const;
const countOf = (state: string): 'open' | 'completed' | 'failed' => overIn[state as keyof typeof overIn] ?? 'open';

/** Whether a task in one of these states may be in the slice. Entries that expired are still counted: a no is sure, a yes is not. */
export const mayHold = (slice: Slice, states: readonly string[] | undefined): boolean =>
  states === undefined || states.some((state) => slice[countOf(state)] > 0);

/** How many of the slices, which are in order from the newest to the oldest, follow each other without a gap. */
export const runOf = (slices: readonly Slice[]): number => {
  const gap = slices.findIndex((slice, i) => i > 0 && slice.ends !== slices[i - 1]?.starts);
  return gap < 0 ? slices.length : gap;
};

/** What is left of the slices below a time. */
export const below = (slices: readonly Slice[], time: string): readonly Slice[] =>
  slices.filter((s) => s.starts === null || Date.parse(s.starts) <= Date.parse(time));

export interface Pace {
  /** So many slices, or hits, took the last statement so long, and so long may the rest take. */
  readonly count: number;
  readonly tookMs: number;
  readonly leftMs: number;
  /** Never more. */
  readonly most: number;
}

/**
 * How many slices or hits the next statement looks at: as many as half of the time that is left allows if they are like those before, and at
 * most eight times as many, because they may be of another kind.
 */
export const nextCount = ({ count, tookMs, leftMs, most }: Pace): number =>
  Math.max(1, Math.min(most, 8 * count, Math.floor((leftMs * count) / (2 * Math.max(tookMs, 0.001)))));
