import type { Database } from '@taskcluster/db';
import type { Log } from '@taskcluster/log';
import type { KnownClient } from './access-state.ts';
import { noteUse } from './store/changes.ts';

/** A use is noted when the last one that was is older than this (auth.md, section 10). */
const staleMs = 6 * 3_600_000;
const writeAfterMs = 2_000;

export interface UseTracker {
  /** A client has proven its key with a signed request. Costs a comparison; nothing waits for the database. */
  seen(clientId: string, known: KnownClient): void;
  close(): Promise<void>;
}

/** Notes when clients were last used, many in one statement and at most once in six hours each. */
export const trackUse = ({ db, log, now }: { readonly db: Database; readonly log: Log; readonly now: () => number }): UseTracker => {
  const seen = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = () => {
    timer = undefined;
    const ids = [...seen];
    seen.clear();
    if (ids.length === 0) return;
    writing = writing
      .then(() => noteUse(db, ids, staleMs))
      .then(
        () => {},
        (err: unknown) => log.warn({ err, count: ids.length }, 'the last use of some clients could not be noted'),
      );
  };
  return {
    seen: (clientId, known) => {
      const time = now();
      if (known.lastUsed > time - staleMs) return;
      known.lastUsed = time;
      seen.add(clientId);
      timer ??= setTimeout(write, writeAfterMs).unref();
    },
    close: async () => {
      clearTimeout(timer);
      write();
      await writing;
    },
  };
};
