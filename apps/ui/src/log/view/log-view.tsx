import { useCallback, useRef, useState } from 'react';
import type { OpenLog } from '../open-log.ts';
import type { Selection } from '../selection.ts';
import classes from './log-view.module.css';
import { Notice } from './notice.tsx';
import { Toolbar } from './toolbar.tsx';
import { useGoal } from './use-goal.ts';
import { useLogView } from './use-log-view.ts';
import { useSearch } from './use-search.ts';
import { Viewport } from './viewport.tsx';
import type { ViewportHandle } from './use-position.ts';

interface Props {
  readonly log: OpenLog;
  readonly selection: Selection | undefined;
  readonly onSelect: (selection: Selection) => void;
  /** Open on the first line that looks like an error. */
  readonly seekError: boolean;
  readonly onDownload: () => void;
}

/** A log: its toolbar, its lines, and word of what is going on with it. */
export const LogView = ({ log, selection, onSelect, seekError, onDownload }: Props) => {
  const viewport = useRef<ViewportHandle>(null);
  const view = useLogView(log);
  const [query, setQuery] = useState('');
  const { goal, setGoal } = useGoal({ view, viewport, selection, seekError });
  const search = useSearch({ log, view, query, viewport, onShow: () => setGoal('free') });
  const growing = view.reading.state !== 'complete';
  const onMove = useCallback((up: boolean, atEnd: boolean) => setGoal(!up && atEnd && growing ? 'follow' : 'free'), [setGoal, growing]);
  const onNumber = useCallback(
    (line: number, extend: boolean) => {
      setGoal('free');
      onSelect(
        extend && selection
          ? { first: Math.min(line, selection.first), last: Math.max(line, selection.first) }
          : { first: line, last: line },
      );
    },
    [onSelect, selection, setGoal],
  );
  const showError = () => {
    if (view.errorLine === undefined) return;
    setGoal('free');
    viewport.current?.show(view.errorLine);
  };
  return (
    <div className={classes.log}>
      <Toolbar
        view={view}
        query={query}
        onQuery={setQuery}
        search={search}
        following={goal === 'follow'}
        onFollow={(follow) => setGoal(follow ? 'follow' : 'free')}
        onError={showError}
        onDownload={onDownload}
      />
      <Notice view={view} />
      <Viewport
        ref={viewport}
        buffer={log.buffer}
        lineCount={view.lineCount}
        following={goal === 'follow'}
        onMove={onMove}
        onNumber={onNumber}
        selection={selection}
        found={search.line}
        errorLine={view.errorLine}
        query={query}
      />
    </div>
  );
};
