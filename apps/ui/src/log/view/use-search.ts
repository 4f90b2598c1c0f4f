import { useEffect, useRef, useState } from 'react';
import type { LogView, OpenLog } from '../open-log.ts';
import type { ViewportHandle } from './use-position.ts';

interface Given {
  readonly log: OpenLog;
  readonly view: LogView;
  readonly query: string;
  readonly viewport: React.RefObject<ViewportHandle | null>;
  /** The reader is taken to a line. */
  readonly onShow: () => void;
}

export interface Search {
  /** The match that is shown. */
  readonly line: number | undefined;
  /** Its number among the matches, counted from 1. */
  readonly place: number;
  readonly next: () => void;
  readonly previous: () => void;
}

/** Looks for a text while it is being typed, and goes from match to match. */
export const useSearch = ({ log, view, query, viewport, onShow }: Given): Search => {
  const [line, setLine] = useState<number>();
  // Where the reader was when the search began: the first match from there on is shown.
  const anchor = useRef<number | undefined>(undefined);
  useEffect(() => {
    log.find(query);
    setLine(undefined);
    anchor.current = query === '' ? undefined : (viewport.current?.top() ?? 0);
    return () => log.find('');
  }, [log, query, viewport]);
  const show = (to: number | undefined) => {
    if (to === undefined) return;
    anchor.current = undefined;
    setLine(to);
    onShow();
    viewport.current?.show(to);
  };
  useEffect(() => {
    const from = anchor.current;
    if (from === undefined || view.matches === 0 || log.search?.query !== query) return;
    const first = log.search.from(from - 1, 1);
    // Only when all is searched does the search go round to the beginning.
    if (first !== undefined && (first >= from || !view.searching)) show(first);
  });
  const step = (by: 1 | -1) => show(log.search?.from(line ?? (viewport.current?.top() ?? 0) - (by === 1 ? 1 : 0), by));
  return {
    line,
    place: line === undefined || !log.search ? 0 : log.search.lines.lastNotAbove(line) + 1,
    next: () => step(1),
    previous: () => step(-1),
  };
};
