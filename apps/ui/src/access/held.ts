import { queryOptions } from '@tanstack/react-query';
import { ScopeSet } from '@taskcluster/scopes';
import { auth } from '../session/api.ts';

const freshMs = 60_000;

/**
 * The scopes of whoever is signed in, or of everybody. Nothing announces their changes: they are asked for again after a minute, when
 * somebody comes back to the page or goes on to another one.
 */
export const heldQuery = (who: string | undefined) =>
  queryOptions({
    queryKey: ['held', who ?? ''],
    queryFn: async ({ signal }) => new ScopeSet((await auth.currentScopes({}, undefined, { signal, retries: 0 })).scopes),
    staleTime: freshMs,
    refetchOnWindowFocus: true,
    structuralSharing: false,
  });
