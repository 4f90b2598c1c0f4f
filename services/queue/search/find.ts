import type { Queryable } from '@taskcluster/db';
import { rareOf, type Shares, type Term, tsqueryOf } from './domain/query.ts';
import { commonTerms, indexedTasks } from './store/shares.ts';
import { endOfWalk, hitsByReader, hitsByTerms, hitsRunning, type Key, type Search, tasksOfHits, walk } from './store/search.ts';

type Found = Awaited<ReturnType<typeof walk>>;

export interface Answer {
  readonly tasks: Found;
  /** Where a further request goes on; absent when everything was looked at. */
  readonly next?: Key;
}

/** The newest entries are tried first: 5 ms, and enough for what is common. */
const shallow = 5_000;
/** The most that one request goes through when what it looks for is neither common nor rare: below 100 ms. */
const deep = 40_000;
/** So many hits are sorted; more are walked through. */
const maxHits = 20_000;

/**
 * Finds tasks, the newest first, in a bounded time whatever is looked for:
 * what is common is among the newest entries; what is rare is found by the index of terms, and sorted; what is neither is looked for
 * in a limited number of entries, and the answer says where it stopped.
 */
export const find = async (db: Queryable, search: Search, terms: readonly Term[]): Promise<Answer> => {
  const few = await byShortList(db, search);
  if (few) return few;
  const first = await walk(db, search, shallow);
  if (first.length >= search.limit) return pageOf(first, search);
  const end = await endOfWalk(db, search, shallow);
  if (!end) return { tasks: first };
  const rare = terms.length > 0 ? await rareTerms(db, terms) : undefined;
  if (rare) {
    const hits = await hitsByTerms(db, search, { rare: tsqueryOf(rare), limit: maxHits + 1 });
    if (hits.length <= maxHits) return pageOf(await sorted(db, search, hits), search);
  }
  const below: Search = { ...search, before: [end.created, end.taskId], limit: search.limit - first.length };
  const rest = await walk(db, below, deep - shallow);
  const tasks = [...first, ...rest];
  if (tasks.length >= search.limit) return pageOf(tasks, search);
  const last = await endOfWalk(db, below, deep - shallow);
  return last ? { tasks, next: [last.created, last.taskId] } : { tasks };
};

/** When only few tasks come into question, they are looked at one by one. */
const byShortList = async (db: Queryable, search: Search): Promise<Answer | undefined> => {
  const { readable, states } = search;
  const read = () => {
    if (!readable.all && readable.prefixes.length === 0) return hitsByReader(db, search, maxHits + 1);
    return states?.length === 1 && states[0] === 'running' ? hitsRunning(db, search, maxHits + 1) : undefined;
  };
  const hits = await read();
  return hits && hits.length <= maxHits ? pageOf(await sorted(db, search, hits), search) : undefined;
};

/** Hits may be thousands; only the newest ones are looked up, and more of them when some turn out not to match. */
const sorted = async (
  db: Queryable,
  search: Search,
  hits: readonly { readonly created: string; readonly taskId: string }[],
): Promise<Found> => {
  const newest = hits.toSorted((a, b) => (a.created === b.created ? (a.taskId < b.taskId ? 1 : -1) : a.created < b.created ? 1 : -1));
  const tasks: Found = [];
  for (let from = 0, size = 2 * search.limit; from < newest.length && tasks.length < search.limit; from += size, size *= 4)
    tasks.push(...(await tasksOfHits(db, search, newest.slice(from, from + size))));
  return tasks.slice(0, search.limit);
};

/** `limit` is one more than a page has: only then is there a next one. */
const pageOf = (found: Found, { limit }: Search): Answer => {
  if (found.length < limit) return { tasks: found };
  const tasks = found.slice(0, limit - 1);
  const last = tasks.at(-1);
  return last ? { tasks, next: [last.created, last.taskId] } : { tasks };
};

const sharesForMs = 60_000;
const known = new WeakMap<Queryable, { readonly at: number; readonly shares: Shares; readonly total: number }>();

const rareTerms = async (db: Queryable, terms: readonly Term[]): Promise<readonly Term[] | undefined> => {
  let statistics = known.get(db);
  if (!statistics || statistics.at + sharesForMs < performance.now()) {
    const [rows, total] = await Promise.all([commonTerms(db), indexedTasks(db)]);
    statistics = { at: performance.now(), shares: new Map(rows.map((r) => [r.term, r.share])), total };
    known.set(db, statistics);
  }
  return rareOf(terms, statistics.shares, { total: statistics.total, most: maxHits });
};
