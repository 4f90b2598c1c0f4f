import { useSyncExternalStore } from 'react';
import { now } from './clock.ts';

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  timer ??= setInterval(() => {
    for (const one of watchers) one();
  }, 1000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** Words that depend on the time of day: looked at once a second, drawn again only when they differ. */
export const useWords = (words: (now: number) => string): string => useSyncExternalStore(watch, () => words(now()));
