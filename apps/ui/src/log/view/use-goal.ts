import { useEffect, useState } from 'react';
import type { LogView } from '../open-log.ts';
import type { Selection } from '../selection.ts';
import type { ViewportHandle } from './use-position.ts';

/**
 * Where the log stands: `follow`s its end, goes to a `line` as soon as that has arrived, seeks its first `error`, or stays where
 * the reader left it (`free`).
 */
export type Goal = 'follow' | 'line' | 'error' | 'free';

interface Given {
  readonly view: LogView;
  readonly viewport: React.RefObject<ViewportHandle | null>;
  readonly selection: Selection | undefined;
  readonly seekError: boolean;
}

/** Keeps the viewport at its goal. A line in the address comes first, then the error of a failed task, then the end. */
export const useGoal = ({ view, viewport, selection, seekError }: Given) => {
  const [goal, setGoal] = useState<Goal>(selection ? 'line' : seekError ? 'error' : 'follow');
  const { lineCount, errorLine, errorSearched, reading } = view;
  const over = reading.state !== 'opening' && reading.state !== 'loading' && reading.state !== 'following' && reading.state !== 'lost';
  useEffect(() => {
    if (goal === 'line') {
      if (!selection || (over && selection.first >= lineCount)) return setGoal('follow');
      if (selection.first >= lineCount) return;
      viewport.current?.show(selection.first);
      setGoal('free');
    }
    if (goal === 'error') {
      if (errorLine !== undefined) {
        viewport.current?.show(errorLine);
        setGoal('free');
      } else if (over && errorSearched) setGoal('follow');
    }
  }, [goal, selection, lineCount, errorLine, errorSearched, over, viewport]);
  return { goal, setGoal };
};
