import { instant, InstantError } from '../domain/instant.ts';

/**
 * Whether a time in UTC (`2026-02-03T04:05:06.789Z`) is one that the calendar has and PostgreSQL takes. JavaScript makes 2 March of
 * 30 February instead of refusing it.
 */
export const isTime = (text: string): boolean => {
  const day = text.slice(0, 10);
  try {
    return instant('time', text) !== '' && instant('day', `${day}T00:00:00Z`).startsWith(day);
  } catch (err) {
    if (err instanceof InstantError) return false;
    throw err;
  }
};
