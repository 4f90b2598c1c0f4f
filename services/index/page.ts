import { ApiError } from '@taskcluster/api';

const maxPage = 1_000;

/** How many entries a page has: what the caller asks for, at least 1 and at most 1000; 1000 unless told. */
export const pageLimit = (limit: string | number | undefined): number => Math.max(1, Math.min(Number(limit ?? maxPage), maxPage));

/** A token from which the next page begins: the keys of the last entry of this one. */
export const encodeToken = (keys: readonly string[]): string => Buffer.from(JSON.stringify(keys)).toString('base64url');

/**
 * The `length` keys that a token was made from; empty ones, which come before everything, without a token and for one that stands for
 * nothing. 400 for what cannot be a token (api-conventions, section 5).
 */
export const decodeToken = (token: string | undefined, length: number): readonly string[] => {
  const start = Array.from({ length }, () => '');
  if (token === undefined) return start;
  if (!/^[\w=-]+$/.test(token))
    throw new ApiError(
      'InputError',
      'Invalid continuation token. Give the one that the previous page came with, or none for the first page.',
    );
  try {
    const keys: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(keys) && keys.length === length && keys.every(isKey) ? keys : start;
  } catch {
    return start;
  }
};

const isKey = (key: unknown): key is string => typeof key === 'string' && !key.includes('\0') && key.isWellFormed();
