import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '@taskcluster/db';
import { type Cursor, currentCursor, type Page, readUntil } from './log.ts';
import type { Binding } from './message.ts';

/** Reads the log for all streams of a process together: those that are at the end of it share each look. */
export interface SharedReader {
  /** From now on, looks also bring what these bindings want; answers how to end that. What others want comes along. */
  want(bindings: readonly Binding[]): () => void;
  /** The messages after a cursor, at most `limit`, as of `since` (by `performance.now()`) or later. */
  read(cursor: Cursor, since: number, limit: number): Promise<Page>;
}

/** One look at the log: where it ends, and what was read up to there. */
interface Look {
  readonly began: number;
  readonly end: Promise<Cursor>;
  /** What anybody wanted when it began. */
  readonly bindings: readonly Binding[];
  readonly pages: Map<string, Promise<Page>>;
}

// Commits come thousands of times a second, and nobody sees the difference. The first one after a pause does not wait.
const paceMs = 10;

const readers = new WeakMap<Database, SharedReader>();

/** The reader of a database: one for a process. */
export const sharedReader = (db: Database): SharedReader => {
  const known = readers.get(db);
  if (known) return known;
  const reader = openReader(db);
  readers.set(db, reader);
  return reader;
};

const openReader = (db: Database): SharedReader => {
  let look: Look | undefined;
  let next: Promise<Look> | undefined;
  const wants = new Set<readonly Binding[]>();
  const begin = async (): Promise<Look> => {
    const early = paceMs - (performance.now() - (look?.began ?? -Infinity));
    await (early > 0 ? pause(early) : undefined);
    next = undefined;
    const bindings = [...new Map([...wants].flat().map((b) => [`${b.exchange} ${b.routingKeyPattern}`, b])).values()];
    return (look = { began: performance.now(), end: currentCursor(db.steady), bindings, pages: new Map() });
  };
  const lookSince = async (since: number): Promise<Look> => (look && look.began > since ? look : (next ??= begin()));
  return {
    want: (bindings) => {
      // Of its own, so that who wants the same twice may leave once.
      const wanted = [...bindings];
      wants.add(wanted);
      return () => void wants.delete(wanted);
    },
    read: async (cursor, since, limit) => {
      const { end, bindings, pages } = await lookSince(since);
      const key = `${limit} ${cursor}`;
      // All end at the same place, so that streams which began apart are together from then on.
      const page = pages.get(key) ?? end.then((to) => readUntil(db.steady, { cursor, to, limit, bindings }));
      pages.set(key, page);
      return page;
    },
  };
};
