import { ApiError } from '@taskcluster/api';
import { type Grant, isSignedBy } from './signed-url.ts';

interface Signer {
  readonly urlKey: Buffer;
  readonly now: () => number;
}
interface SignedQuery {
  readonly expires?: string | undefined;
  readonly signature?: string | undefined;
}

/** Refuses (403) a URL that this platform did not sign, that was changed, or that has lapsed. */
export const requirePermit = (
  { urlKey, now }: Signer,
  grant: Omit<Grant, 'expires'>,
  { expires = '', signature = '' }: SignedQuery,
): void => {
  // The signature first: whether a made-up URL would have lapsed is nobody's business.
  if (expires === '' || !isSignedBy(urlKey, { ...grant, expires: Number(expires) }, signature)) {
    throw new ApiError(
      'InsufficientScopes',
      'The signature of this URL is wrong, or the URL was changed. Ask the method that gave it out for a new one.',
    );
  }
  if (now() >= Number(expires) * 1000)
    throw new ApiError('InsufficientScopes', 'This URL has lapsed. Ask the method that gave it out for a new one.');
};
