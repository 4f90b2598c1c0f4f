import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { Interest } from './interest.ts';
import type { Live, LiveStream } from './live.ts';

const Context = createContext<LiveStream | undefined>(undefined);
export const LiveProvider = Context.Provider;

export const useLiveStream = (): LiveStream => {
  const stream = useContext(Context);
  if (!stream) throw new Error('There is no LiveProvider above this component.');
  return stream;
};

/** How fresh the page is. */
export const useLive = (): Live => {
  const stream = useLiveStream();
  return useSyncExternalStore(stream.watch, stream.current);
};

/** Keeps what the page shows up to date for as long as the component is there. */
export const useInterest = (interest: Interest | undefined): void => {
  const stream = useLiveStream();
  const key = JSON.stringify(interest);
  useEffect(() => (key === undefined ? undefined : stream.want(JSON.parse(key) as Interest)), [stream, key]);
};
