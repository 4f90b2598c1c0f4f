const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `3 minutes`: the largest unit that fits, rounded down; at least `1 second`. */
export const durationWords = (ms: number): string => {
  const [unit, size] = units.find(([, u]) => ms >= u) ?? ['second', 1_000];
  return counted(Math.max(1, Math.floor(ms / size)), unit);
};

export const counted = (n: number, noun: string, plural = `${noun}s`): string => `${n.toLocaleString('en')} ${n === 1 ? noun : plural}`;
