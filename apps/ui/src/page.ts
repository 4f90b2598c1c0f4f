import { QueryCache, QueryClient } from '@tanstack/react-query';
import { CallError } from '@taskcluster/client/client';
import { updatesFor } from './data/updates.ts';
import { LiveStream } from './live/live.ts';
import { currentSession, forgetCredentials, onSession } from './session/session.ts';

/**
 * What the page knows. Queries are not repeated here, because the client repeats them; they are read again on return to a window
 * only when messages do not keep them fresh.
 */
export const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof CallError && error.status === 401) forgetCredentials();
    },
  }),
  defaultOptions: {
    queries: {
      retry: false,
      networkMode: 'always',
      refetchOnWindowFocus: () => live.current().state !== 'live',
      refetchOnReconnect: false,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** The event stream that keeps it fresh. */
export const live = new LiveStream({
  onMessages: updatesFor(client),
  onLive: (missed) => {
    void client.invalidateQueries(missed ? {} : { predicate: (query) => query.state.status === 'error' });
  },
});

// Another user may see other things.
let knownAs: string | undefined;
onSession(() => {
  const session = currentSession();
  if (session.state !== 'in' && session.state !== 'out') return;
  const name = session.state === 'in' ? session.clientId : '';
  if (knownAs !== undefined && knownAs !== name) {
    live.reset();
    void client.resetQueries();
  }
  knownAs = name;
});
