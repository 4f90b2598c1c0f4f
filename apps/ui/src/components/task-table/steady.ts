import type { TaskRow } from '../../data/row.ts';
import { placesOf } from '../../data/rows.ts';

export interface Steady {
  /** What to draw, in order. */
  readonly rows: readonly TaskRow[];
  /** How many rows are held back, because they would push others away. */
  readonly held: number;
}

/**
 * The rows to draw while somebody points at the list or has scrolled: those that were drawn keep their places, whatever their
 * state is now, and rows that belong below them are added. Rows that belong in between are held back and counted.
 */
export const steadyRows = (drawn: readonly TaskRow[], wanted: readonly TaskRow[], all: readonly TaskRow[]): Steady => {
  if (drawn.length === 0) return { rows: wanted, held: 0 };
  const at = placesOf(all);
  const before = new Set(drawn.map((row) => row.taskId));
  const kept = drawn.flatMap((row) => {
    const place = at.get(row.taskId);
    return place === undefined ? [] : [all[place]!];
  });
  const end = wanted.findLastIndex((row) => before.has(row.taskId));
  const below = wanted.slice(end + 1);
  const held = wanted.slice(0, end + 1).filter((row) => !before.has(row.taskId)).length;
  return { rows: [...kept, ...below], held };
};
