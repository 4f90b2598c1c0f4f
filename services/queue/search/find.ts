import type { Queryable } from '@taskcluster/db';
import { piecesOf, selectiveOf, type Term, tsqueryOf } from './domain/query.ts';
import { below, mayHold, nextCount, runOf, type Slice, sliceSize } from './domain/slicing.ts';
import { sharesOf } from './store/shares.ts';
import { slicesIn } from './store/slices.ts';
import { hitsByReader, hitsInSlices, hitsRunning, type Key, type Search, tasksOfHits, walk, walkOn } from './store/search.ts';

type Found = Awaited<ReturnType<typeof walk>>;

export interface Answer {
  readonly tasks: Found;
  /** Where a further request goes on; absent when everything was looked at. */
  readonly next?: Key;
}

export interface Searching {
  readonly db: Queryable;
  readonly search: Search;
  /** What an entry has to have: those of `search.terms`. */
  readonly terms: readonly Term[];
  /** Milliseconds of a clock that goes on. */
  readonly now: () => number;
  /** How many entries are walked through at a time; 3,000 unless told. */
  readonly depth?: number;
}

/** So many entries are walked through at a time: 3 ms, or 15 if all of them match and their tasks do not. The newest are always tried first. */
const usualDepth = 3_000;
/** No further statement is begun after so many milliseconds: each takes up to 40, and a request is to take less than 100. */
const budgetMs = 60;
/** The most statements of a request, whatever the clock says. */
const maxRounds = 100;
/** So many slices are known to a request: 50 million tasks. */
const maxSlices = 2_000;
/** So many tasks of a short list are sorted; more are walked through. */
const maxListed = 20_000;
/** Most slices that one statement looks into. */
const maxLooked = 256;
/** Most hits of the index of terms whose tasks are looked at in one statement. */
const maxHits = 4_000;
/** So many entries of so many slices tell how common terms are: 2 ms. */
const sampleOf = { slices: 8, entries: 100 };

/** What was found, and where in time it is: the slices that are left, from the newest, and the place in them below which nothing was looked at. */
interface Stand {
  readonly tasks: Found;
  readonly before: Key | undefined;
  readonly slices: readonly Slice[];
}

/**
 * Finds tasks, the newest first, in a bounded time whatever is looked for: what is common is among the newest entries; anything else is
 * looked up by the index of terms, slice by slice; and what has no terms is walked through, but for the slices in which there is nothing of
 * its state. When the time is used up, the answer says how far it came.
 */
export const find = async (searching: Searching): Promise<Answer> => {
  const { db, search, terms, now } = searching;
  const few = await byShortList(db, search);
  if (few) return few;
  const until = now() + budgetMs;
  const all = await slicesIn(db, { from: search.from, before: search.before, limit: maxSlices });
  // The search is complete at its last slice; of more than it knows it cannot say.
  const oldest = all.length < maxSlices ? undefined : all.at(-1)?.starts;
  let stand: Stand = { tasks: [], before: search.before, slices: all.filter((slice) => mayHold(slice, search.states)) };
  const step = terms.length > 0 ? lookingUp(searching, until, stand.slices) : walking(searching);
  for (let round = 0; stand.slices.length > 0; round++) {
    stand = await step(stand);
    if (stand.tasks.length >= search.limit) return pageOf(stand.tasks, search);
    if (stand.slices.length > 0 && stand.before && (now() >= until || round >= maxRounds))
      return { tasks: stand.tasks, next: stand.before };
  }
  return oldest ? { tasks: stand.tasks, next: [oldest, ''] } : { tasks: stand.tasks };
};

type Step = (stand: Stand) => Promise<Stand>;

/** The search for what is still missing in a run of slices: below its upper end, and not below its lower one. */
const within = (search: Search, { before, tasks }: Stand, run: readonly Slice[]): Search => {
  const ends = run[0]?.ends;
  const starts = run.at(-1)?.starts;
  return {
    ...search,
    limit: search.limit - tasks.length,
    before: ends && (!before || Date.parse(ends) < Date.parse(before[0])) ? [ends, ''] : before,
    from: starts && (!search.from || Date.parse(search.from) < Date.parse(starts)) ? starts : search.from,
  };
};

/** Further tasks, and the stand after all of these slices. */
const after = ({ tasks, slices, before }: Stand, found: Found, count: number): Stand => {
  const starts = slices[count - 1]?.starts;
  return { tasks: [...tasks, ...found], slices: slices.slice(count), before: starts ? [starts, ''] : before };
};
/** Further tasks, and the stand after this place in the first slices. */
const at = ({ tasks, slices }: Stand, found: Found, { created, taskId }: { readonly created: string; readonly taskId: string }): Stand => ({
  tasks: [...tasks, ...found],
  slices: below(slices, created),
  before: [created, taskId],
});

/** Goes through the next entries. */
const walking =
  ({ db, search, depth = usualDepth }: Searching): Step =>
  async (stand) => {
    const count = runOf(stand.slices);
    const here = within(search, stand, stand.slices.slice(0, count));
    const { tasks, end } = await walkOn(db, here, depth);
    if (tasks.length >= here.limit) return { ...stand, tasks: [...stand.tasks, ...tasks] };
    return end ? at(stand, tasks, end) : after(stand, tasks, count);
  };

/**
 * Looks up slices in the index of terms: two at first, then as many as there is time for. What is common is walked to before: for that, one
 * walk is tried, and if it does not fill the page, its tasks are looked up again, which costs less than finding out where it ended.
 */
const lookingUp = ({ db, search, terms, now, depth = usualDepth }: Searching, until: number, known: readonly Slice[]): Step => {
  let pieces: readonly string[] | undefined;
  let next = 2;
  // Of these some turn out not to match: the index is behind, and it does not know one state of an unresolved task from another.
  let limit = 2 * search.limit;
  return async (stand) => {
    if (!pieces) {
      const here = within(search, stand, stand.slices.slice(0, runOf(stand.slices)));
      const found = await walk(db, here, depth);
      if (found.length >= here.limit) return { ...stand, tasks: found };
      pieces = piecesOf(await selective(db, terms, known));
    }
    const begun = now();
    const count = Math.min(next, runOf(stand.slices));
    const run = stand.slices.slice(0, count);
    const here = within(search, stand, run);
    const hits = await hitsInSlices(db, here, { pieces, starts: run.at(-1)?.starts ?? null, limit });
    const found = hits.length === 0 ? [] : await tasksOfHits(db, here, hits);
    const pace = { tookMs: now() - begun, leftMs: until - now() };
    next = nextCount({ ...pace, count, most: maxLooked });
    const last = hits.at(-1);
    if (!last || hits.length < limit) return after(stand, found, count);
    limit = Math.max(2 * search.limit, nextCount({ ...pace, count: limit, most: maxHits }));
    return at(stand, found, last);
  };
};

const selective = async (db: Queryable, terms: readonly Term[], slices: readonly Slice[]) => {
  if (terms.length < 2 || !terms.some((t) => t.prefix)) return terms;
  const every = Math.max(1, Math.ceil(slices.length / sampleOf.slices));
  const starts = slices.filter((_, i) => i % every === 0).map((slice) => slice.starts ?? '-infinity');
  const shares = await sharesOf(
    db,
    terms.map((t) => tsqueryOf([t])),
    { starts, size: sampleOf.entries },
  );
  return selectiveOf(terms, shares, { total: sliceSize, sampled: starts.length * sampleOf.entries });
};

/** When only few tasks come into question, they are looked at one by one. */
const byShortList = async (db: Queryable, search: Search): Promise<Answer | undefined> => {
  const { readable, states } = search;
  const read = () => {
    if (!readable.all && readable.prefixes.length === 0) return hitsByReader(db, search, maxListed + 1);
    return states?.length === 1 && states[0] === 'running' ? hitsRunning(db, search, maxListed + 1) : undefined;
  };
  const hits = await read();
  return hits && hits.length <= maxListed ? pageOf(await sorted(db, search, hits), search) : undefined;
};

/** Hits may be thousands; only the newest ones are looked up, and more of them when some turn out not to match. */
const sorted = async (
  db: Queryable,
  search: Search,
  hits: readonly { readonly created: string; readonly taskId: string }[],
): Promise<Found> => {
  const newest = hits.toSorted((a, b) => (a.created === b.created ? (a.taskId < b.taskId ? 1 : -1) : a.created < b.created ? 1 : -1));
  const tasks: Found = [];
  for (let begin = 0, size = 2 * search.limit; begin < newest.length && tasks.length < search.limit; begin += size, size *= 4)
    tasks.push(...(await tasksOfHits(db, search, newest.slice(begin, begin + size))));
  return tasks.slice(0, search.limit);
};

/** `limit` is one more than a page has: only then is there a next one. */
const pageOf = (found: Found, { limit }: Search): Answer => {
  if (found.length < limit) return { tasks: found };
  const tasks = found.slice(0, limit - 1);
  const last = tasks.at(-1);
  return last ? { tasks, next: [last.created, last.taskId] } : { tasks };
};
