import { decodeToken } from '../page-token.ts';

/** A page is fetched with one row more than it shows: only then is there a next one. */
export const cut = <T>(rows: readonly T[], limit: number, tokenOf: (last: T) => string) => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last !== undefined ? { continuationToken: tokenOf(last) } : {} };
};

/** Where a list by time goes on: the time and the id of the last row. */
export const placeOf = (token: string | undefined): readonly [string, string] | undefined => {
  const [time, id] = decodeToken(token, 2) ?? [];
  return typeof time === 'string' &&
    typeof id === 'string' &&
    /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(time) &&
    !Number.isNaN(Date.parse(time))
    ? [time, id]
    : undefined;
};
