import { ApiError } from '@taskcluster/api';

const maxPage = 1_000;

/** How many rows a page has: what the caller asks for, at least 1 and at most 1000; 1000 unless told. */
export const pageLimit = (limit: string | undefined): number => Math.max(1, Math.min(Number(limit ?? maxPage), maxPage));

/** A token from which the next page begins. */
export const encodePlace = (place: string | number): string => Buffer.from(JSON.stringify([place])).toString('base64url');

const placeIn = (token: string): unknown => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parts) && parts.length === 1 ? parts[0] : undefined;
  } catch {
    return undefined;
  }
};

const refused = () =>
  new ApiError('InputError', 'Invalid continuation token. Give the one that the previous page came with, or none for the first page.');

/** The place that a token stands for; undefined without one and for one that stands for nothing. 400 for what cannot be a token. */
const placeOf = (token: string | undefined): unknown => {
  if (token === undefined) return undefined;
  if (!/^[\w=-]+$/.test(token)) throw refused();
  return placeIn(token);
};

const isCount = (place: unknown): place is number => Number.isSafeInteger(place) && Number(place) >= 0;

export const textPlace = (token: string | undefined): string => {
  const place = placeOf(token);
  return typeof place === 'string' && !place.includes('\0') ? place : '';
};
export const numberPlace = (token: string | undefined): number => {
  const place = placeOf(token);
  return isCount(place) ? place : 0;
};
/** As `numberPlace`, but every token that stands for nothing is refused (auth.md, section 3, `listRoles2`). */
export const strictPlace = (token: string | undefined): number => {
  if (token === undefined) return 0;
  const place = placeOf(token);
  if (!isCount(place)) throw refused();
  return place;
};
