const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How long something took: `< 0.1 s`, `0.4 s`, `42 s`, `3 min 5 s`, `2 h 4 min`, `5 d 3 h`. Takes milliseconds. */
export const durationWords = (ms: number): string => {
  if (ms <= 0) return '0 s';
  if (ms < 100) return '< 0.1 s';
  if (ms < 10 * second) return `${(Math.floor(ms / 100) / 10).toFixed(1).replace('.0', '')} s`;
  if (ms < minute) return `${Math.floor(ms / second)} s`;
  if (ms < hour) return pair(ms, [minute, 'min'], [second, 's']);
  if (ms < day) return pair(ms, [hour, 'h'], [minute, 'min']);
  return pair(ms, [day, 'd'], [hour, 'h']);
};

type Unit = readonly [ms: number, name: string];
const pair = (ms: number, [big, bigName]: Unit, [small, smallName]: Unit): string => {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)} ${bigName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`;
};

/** When something was or will be, seen from now: `just now`, `12 s ago`, `in 3 h`. Takes epoch milliseconds. */
export const relativeWords = (at: number, now: number): string => {
  const away = Math.abs(at - now);
  if (away < 2 * second) return 'just now';
  // A deadline in 1 h 59 min is two hours away; what happened 1 h 59 min ago has not been two hours.
  return at > now ? `in ${roughly(away, Math.round)}` : `${roughly(away, Math.floor)} ago`;
};

const roughly = (ms: number, whole: (n: number) => number): string => {
  if (ms < minute) return `${Math.floor(ms / second)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < 2 * day) return `${whole(ms / hour)} h`;
  if (ms < 60 * day) return `${whole(ms / day)} d`;
  if (ms < 730 * day) return `${whole(ms / (30.44 * day))} months`;
  return `${whole(ms / (365.25 * day))} years`;
};

/** The full time in the reader's zone, with the zone's name: for titles and tables. */
export const absoluteWords = (at: number): string => new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
