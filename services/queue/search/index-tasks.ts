import type { Tx } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import type { QueueService } from '../service.ts';
import { idleMs, restAfter } from './domain/pace.ts';
import { sliceSize } from './domain/slicing.ts';
import { addTasks, fillAgain, nextChanges, nextOlder, updateTasks } from './store/changes.ts';
import { advancePlace, takePlace } from './store/place.ts';
import { beginSlices, forgetEmptySlices, placeTerms } from './store/slices.ts';

/** Most messages in one step: about 30 ms. */
const maxMessages = 1_000;
const maxOlder = 500;

/** How often it looks for slices whose tasks have all expired. */
const tidyMs = 10 * 60_000;

interface Pace {
  readonly restMs: number;
  readonly newestId: number;
  readonly at: number;
}
const paces = new WeakMap<QueueService, Pace>();
/** When a process last looked for empty slices, by the clock of its platform. */
const tidied = new WeakMap<QueueService, number>();

/** The next changes and, when there are no more, older tasks, in one transaction with the place that was reached. */
const follow = async (tx: Tx, size: number) => {
  const place = await takePlace(tx);
  if (!place) return undefined;
  const changes = await nextChanges(tx, place, maxMessages);
  const fresh = new Set(changes.filter((c) => c.isNew).map((c) => c.taskId));
  const changed = new Set(changes.filter((c) => c.counts && !fresh.has(c.taskId)).map((c) => c.taskId));
  if (fresh.size > 0) await addTasks(tx, [...fresh]);
  if (changed.size > 0) await updateTasks(tx, [...changed]);
  const last = changes.at(-1);
  const more = changes.length === maxMessages && last !== undefined;
  const { after, upto, now, newestId } = place;
  await advancePlace(
    tx,
    more ? { after, upto, lastId: last.id, indexedTo: last.created } : { after: upto, upto: null, lastId: 0, indexedTo: now },
  );
  if (place.stale) await fillAgain(tx);
  const older = !more && !place.filled ? (await nextOlder(tx, maxOlder)).map((t) => t.taskId) : [];
  if (older.length > 0) await addTasks(tx, older);
  if (fresh.size + older.length > 0) await beginSlices(tx, size, !place.filled);
  if (fresh.size + changed.size + older.length > 0) await placeTerms(tx);
  const behindMs = more ? Date.parse(now) - Date.parse(last.created) : 0;
  return { count: changes.length + older.length, more: more || older.length === maxOlder, newestId, behindMs, filled: place.filled };
};

/**
 * Follows the log of messages and keeps the index of the search: each step takes the messages after those of the step before, in one
 * transaction with the place that it reached, so each counts once whatever crashes. It is not woken: at 5,000 tasks a second it would be
 * woken all the time, and it is to take little of the machine then (`domain/pace.ts`). One process at a time does it, and only it begins and
 * forgets slices.
 */
export const indexTasksBy = ({ size }: { readonly size: number }): Loop<QueueService> => ({
  name: 'queue: search index',
  idleMs: (service) => paces.get(service)?.restMs ?? idleMs,
  // A step never handles so many: the pause after it is its own.
  batch: maxMessages + maxOlder + 1,
  step: async (service) => {
    const begun = performance.now();
    const tidies = (tidied.get(service) ?? -Infinity) + tidyMs < service.now();
    const done = await service.db.tx(async (tx) => {
      const followed = await follow(tx, size);
      // At the end of the log: a platform that is never quiet has no step without a message.
      const tidy = tidies && followed?.more === false && followed.filled;
      if (tidy) await forgetEmptySlices(tx);
      return followed && { ...followed, tidy };
    }, 'queue.search-index');
    if (done?.tidy) tidied.set(service, service.now());
    paces.set(service, paceAfter(paces.get(service), begun, done));
    return done?.count ?? 0;
  },
});

export const indexTasks = indexTasksBy({ size: sliceSize });

interface Done {
  readonly more: boolean;
  readonly newestId: number;
  readonly behindMs: number;
}

const paceAfter = (before: Pace | undefined, begun: number, done: Done | undefined): Pace => {
  const at = performance.now();
  // Another process does it.
  if (!done) return { restMs: idleMs, newestId: 0, at };
  const { more, newestId, behindMs } = done;
  const messagesPerSecond = before && before.newestId > 0 ? ((newestId - before.newestId) / Math.max(1, at - before.at)) * 1_000 : 0;
  return { restMs: restAfter({ tookMs: at - begun, more, messagesPerSecond, behindMs }), newestId, at };
};
