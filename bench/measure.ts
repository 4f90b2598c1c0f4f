/** What a measure found. Times are in milliseconds. */
export interface Result {
  readonly name: string;
  /** Operations in a second. */
  readonly perSecond?: number;
  readonly p50?: number;
  readonly p99?: number;
  readonly max?: number;
  /** A result of another kind, in words: `212 MB`. */
  readonly text?: string;
  readonly target?: Target;
}
/** What has to be reached, in words, and whether it is. */
export interface Target {
  readonly text: string;
  readonly reached: boolean;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Median, 99th percentile and maximum of times. */
export const latencies = (times: readonly number[]): { readonly p50: number; readonly p99: number; readonly max: number } => {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? Number.NaN };
};

export const atLeast = (perSecond: number, target: number): Target => ({
  text: `≥ ${target.toLocaleString('en')}/s`,
  reached: perSecond >= target,
});

/** Runs `work` in as many lanes as `concurrency` says, each starting again at once, for some seconds. */
export const forSeconds = async (
  seconds: number,
  concurrency: number,
  work: () => Promise<unknown>,
): Promise<Omit<Result, 'name'> & { readonly perSecond: number }> => {
  const times: number[] = [];
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  await lanes(concurrency, async () => {
    while (performance.now() < end) {
      const started = performance.now();
      await work();
      times.push(performance.now() - started);
    }
  });
  return { perSecond: (times.length / (performance.now() - begun)) * 1_000, ...latencies(times) };
};

/** Does `work` for each number below `count`, so many at a time. */
export const times = async (count: number, concurrency: number, work: (index: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  await lanes(concurrency, async () => {
    while (next < count) await work(next++);
  });
};

const lanes = (count: number, lane: () => Promise<void>) => Promise.all(Array.from({ length: count }, lane));
