import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import type { TaskRow } from '../../data/row.ts';
import type { Sort } from '../../data/sort.ts';
import { Head } from './head.tsx';
import { Row } from './row.tsx';
import classes from './task-table.module.css';
import { useRowKeys } from './use-row-keys.ts';
import { useSteady } from './use-steady.ts';

interface Props {
  /** Filtered and in order. */
  readonly wanted: readonly TaskRow[];
  readonly all: readonly TaskRow[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  /** The text of the filter: when it changes, rows may move. */
  readonly filter: string;
  /** Rows may move under the pointer while the list is still being loaded. */
  readonly loading?: boolean;
  readonly onEnd?: (() => void) | undefined;
  readonly name: string;
}

const rowPx = 34;
/** The column heads, which stay in view above the rows. */
const headPx = 32;

/** Any number of tasks: only those that can be seen are drawn, and live changes do not move them under the pointer. */
export const TaskTable = ({ wanted, all, sort, onSort, filter, loading = false, onEnd, name }: Props) => {
  const scroller = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const { rows, held } = useSteady({ wanted, all, holding: !loading && (pointed || scrolled), asked: `${sort}\n${filter}` });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollPaddingEnd: headPx,
  });
  const { active, setActive, onKeyDown } = useRowKeys({ scroller, count: rows.length, show: virtual.scrollToIndex });
  const onScroll = () => {
    const { scrollTop, clientHeight, scrollHeight } = scroller.current!;
    setScrolled(scrollTop > 0);
    if (scrollTop + clientHeight > scrollHeight - 20 * rowPx) onEnd?.();
  };
  const showHeld = () => {
    scroller.current?.scrollTo({ top: 0 });
    setScrolled(false);
    setPointed(false);
  };
  return (
    <div className={classes.frame}>
      {held > 0 && (
        <button type="button" className={classes.held} onClick={showHeld}>
          {held} new {held === 1 ? 'task' : 'tasks'}
        </button>
      )}
      <div ref={scroller} className={classes.scroller} onScroll={onScroll} role="table" aria-label={name} aria-rowcount={rows.length}>
        <Head sort={sort} onSort={onSort} />
        <div
          className={classes.rows}
          role="rowgroup"
          style={{ height: virtual.getTotalSize() }}
          onKeyDown={onKeyDown}
          onPointerEnter={() => setPointed(true)}
          onPointerLeave={() => setPointed(false)}
        >
          {virtual.getVirtualItems().map(({ index, start }) => (
            <Row key={rows[index]!.taskId} row={rows[index]!} index={index} top={start} tabbable={index === active} onFocus={setActive} />
          ))}
        </div>
      </div>
    </div>
  );
};
