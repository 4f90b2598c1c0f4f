import { useRef } from 'react';
import type { TaskRow } from '../../data/row.ts';
import { type Steady, steadyRows } from './steady.ts';

interface Given {
  /** Filtered and in order. */
  readonly wanted: readonly TaskRow[];
  readonly all: readonly TaskRow[];
  /** Whether rows may not move now. */
  readonly holding: boolean;
  /** What the reader asked for (filter and order): when that changes, the list may. */
  readonly asked: string;
}

/** Keeps rows from moving under the pointer. */
export const useSteady = ({ wanted, all, holding, asked }: Given): Steady => {
  const last = useRef<{
    readonly asked: string;
    readonly wanted: readonly TaskRow[];
    readonly all: readonly TaskRow[];
    readonly steady: Steady;
  }>(undefined);
  const before = last.current;
  const same = before?.asked === asked && before.wanted === wanted && before.all === all;
  if (before && same && (holding || before.steady.rows === wanted)) return before.steady;
  const steady = holding && before?.asked === asked ? steadyRows(before.steady.rows, wanted, all) : { rows: wanted, held: 0 };
  last.current = { asked, wanted, all, steady };
  return steady;
};
