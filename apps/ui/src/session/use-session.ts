import { useSyncExternalStore } from 'react';
import { currentSession, onSession, type Session } from './session.ts';

/** Who is signed in, as it changes. */
export const useSession = (): Session => useSyncExternalStore(onSession, currentSession);
