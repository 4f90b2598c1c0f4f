let offset = 0;

/** The server's time in milliseconds, as far as this page knows: signatures more than 15 minutes off would be refused. */
export const now = (): number => Date.now() + offset;

/** Takes the time from a reply's `Date` header. Less than two seconds off is rounding and delay, and is ignored. */
export const learnTime = (dateHeader: string | null): void => {
  const served = dateHeader ? Date.parse(dateHeader) : Number.NaN;
  if (Number.isNaN(served)) return;
  const found = served - Date.now();
  offset = Math.abs(found) < 2000 ? 0 : found;
};
