/** The most rows that one page has (api-conventions, "Pagination"). */
const maxPage = 1000;

/**
 * Where the next page begins: the key columns of the last row of this page, in the order of the list. Opaque to callers.
 */
export const encodeToken = (parts: readonly (string | number)[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/**
 * The `length` key columns that a token was made from. Undefined without a token and for anything that is no such token: the
 * list then begins at its start. Texts that PostgreSQL cannot hold (a NUL) and numbers that are no whole number from 0 to 2^53
 * were never in a token, so a caller's handiwork does not reach the database.
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
  typeof part === 'string' ? !part.includes('\0') : Number.isSafeInteger(part) && Number(part) >= 0;

/** How many rows a page has: what the caller asks for, at least 1 and at most 1000; 1000 unless told. */
export const pageLimit = (limit: string | undefined): number => Math.max(1, Math.min(Number(limit ?? maxPage), maxPage));
