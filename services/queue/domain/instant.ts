/** A time that is well written and that no calendar or database holds; the message is for its author. */
export class InstantError extends Error {
  override readonly name = 'InstantError';
}

/** A time in milliseconds and UTC. Refuses what JavaScript does not read (a leap second) and what is not in the years 1 to 9999. */
export const instant = (name: string, text: string): string => {
  const time = Date.parse(text);
  const iso = Number.isNaN(time) ? '' : new Date(time).toISOString();
  if (/^\d{4}-/.test(iso) && !iso.startsWith('0000-')) return iso;
  throw new InstantError(`${name} (${text}) is not a time between the years 1 and 9999. Correct it; leap seconds cannot be used.`);
};
