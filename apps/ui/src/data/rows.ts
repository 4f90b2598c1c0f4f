import type { TaskStatus } from '@taskcluster/contracts';
import { isLater, type TaskRow } from './row.ts';

const places = new WeakMap<readonly TaskRow[], ReadonlyMap<string, number>>();

/** Where each task is in a list. Made once for a list and kept with it. */
export const placesOf = (rows: readonly TaskRow[]): ReadonlyMap<string, number> => {
  const known = places.get(rows);
  if (known) return known;
  const made = new Map(rows.map((row, place) => [row.taskId, place]));
  places.set(rows, made);
  return made;
};

/** The rows with later statuses put in; the very same list when there are none for it. */
export const withStatuses = (rows: readonly TaskRow[], statuses: ReadonlyMap<string, TaskStatus>): readonly TaskRow[] => {
  const at = placesOf(rows);
  let next: TaskRow[] | undefined;
  for (const [taskId, status] of statuses) {
    const place = at.get(taskId);
    if (place === undefined || !isLater(status, rows[place]!.status)) continue;
    next ??= [...rows];
    next[place] = { ...next[place]!, status };
  }
  if (!next) return rows;
  places.set(next, at);
  return next;
};

/** Both lists together. A task in both has its later status; the order is that of `rows`, then of what is new in `added`. */
export const merged = (rows: readonly TaskRow[], added: readonly TaskRow[]): readonly TaskRow[] => {
  if (added.length === 0) return rows;
  const at = placesOf(rows);
  const known = withStatuses(rows, new Map(added.map((row) => [row.taskId, row.status])));
  const fresh = added.filter((row) => !at.has(row.taskId));
  return fresh.length === 0 ? known : [...known, ...fresh];
};
