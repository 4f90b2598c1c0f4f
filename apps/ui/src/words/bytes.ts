const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A size as people say it: `0 B`, `812 B`, `1.4 kB`, `23 MB`. A kilobyte is a thousand bytes. */
export const bytesWords = (bytes: number): string => {
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit === 0 || amount >= 9.95 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
};
