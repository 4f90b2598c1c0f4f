import { ApiError } from './errors.ts';

/** How many rows a page has: what the caller asks for, at least 1 and at most `max`; `max` unless told (api-conventions, "Pagination"). */
export const pageLimit = (limit: string | number | undefined, max = 1_000): number => Math.max(1, Math.min(Number(limit ?? max), max));

/**
 * Where the next page begins: the key columns of the last row of this page in the order of the list, or how many rows came before.
 * Opaque to callers.
 */
export const encodeToken = (parts: readonly (string | number)[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/**
 * The `length` parts that a token was made from. Undefined without a token and for anything that is no such token: the list then begins
 * at its start. Texts that PostgreSQL cannot hold (a NUL, half a surrogate pair) and numbers that are no whole number from 0 to 2^53 were
 * never in a token, so a caller's handiwork does not reach the database.
 */
export const decodeToken = (token: string | undefined, length: number): readonly (string | number)[] | undefined => {
  if (token === undefined) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parts) && parts.length === length && parts.every(isPart) ? parts : undefined;
  } catch {
    return undefined;
  }
};

const isPart = (part: unknown): part is string | number =>
  typeof part === 'string' ? !part.includes('\0') && part.isWellFormed() : Number.isSafeInteger(part) && Number(part) >= 0;

/**
 * The `length` texts that a list by names goes on after. Empty ones, which come before everything, without a token and for one that stands
 * for nothing or holds numbers.
 */
export const textsIn = (token: string | undefined, length: number): readonly string[] => {
  const parts = decodeToken(token, length) ?? [];
  return parts.length === length && parts.every((part) => typeof part === 'string') ? parts : Array.from({ length }, () => '');
};

/** The refusal of a token, for lists that begin at their start only when asked to. */
export const invalidToken = (): ApiError =>
  new ApiError('InputError', 'Invalid continuation token. Give the one that the previous page came with, or none for the first page.');

/** The token as it is; 400 InputError for characters that are in none. */
export const checkedToken = (token: string | undefined): string | undefined => {
  if (token !== undefined && !/^[\w=-]+$/.test(token)) throw invalidToken();
  return token;
};

/**
 * The number that a list goes on after: rows that came before, or the number of the last one. 0 without a token and for one that stands for
 * nothing; 400 InputError for what cannot be a token.
 */
export const offsetIn = (token: string | undefined): number => {
  const [offset] = decodeToken(checkedToken(token), 1) ?? [];
  return typeof offset === 'number' ? offset : 0;
};

/** A page of rows that were fetched with one more than it shows: only then is there a next one, and its token. */
export const cut = <T>(rows: readonly T[], limit: number, tokenOf: (last: T) => string) => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last !== undefined ? { continuationToken: tokenOf(last) } : {} };
};
