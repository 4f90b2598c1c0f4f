const units = ['KB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes for people, in units of 1000: `512 B`, `1.4 KB`, `23 MB`. */
export const size = (bytes: number): string => {
  let value = bytes;
  let unit: string = 'B';
  for (const next of units) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${unit === 'B' || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${unit}`;
};
