import { ApiError } from '@taskcluster/api';

/**
 * Refuses requests that do not come from the platform's own page. A form on another site cannot send this header, and a script
 * there would have to ask first (CORS) and is told that cookies are not for it.
 */
export const requireSamePage = (headers: Readonly<Record<string, string | undefined>>): void => {
  if (headers['x-requested-with'] === 'taskcluster') return;
  throw new ApiError(
    'InsufficientScopes',
    'This request does not come from the web page. If you do call it from elsewhere, send the header `x-requested-with: taskcluster`.',
  );
};
