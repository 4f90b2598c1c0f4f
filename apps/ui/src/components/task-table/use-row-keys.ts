import { useState } from 'react';

interface Given {
  readonly scroller: React.RefObject<HTMLElement | null>;
  readonly count: number;
  /** Scrolls until a row can be seen. */
  readonly show: (index: number) => void;
}

/** Lets the arrow keys, Page Up and Down, Home and End go from row to row. One row at a time is in the order of the Tab key. */
export const useRowKeys = ({ scroller, count, show }: Given) => {
  const [active, setActive] = useState(0);
  const at = Math.max(0, Math.min(active, count - 1));
  const onKeyDown = (event: React.KeyboardEvent) => {
    const index = targetOf(event.key, at, count - 1);
    if (index === undefined || count === 0) return;
    event.preventDefault();
    setActive(index);
    show(index);
    // The row may have to be drawn first.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus({ preventScroll: true }));
  };
  return { active: at, setActive, onKeyDown };
};

const pageRows = 20;

const targetOf = (key: string, at: number, last: number): number | undefined => {
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + pageRows,
    PageUp: at - pageRows,
    Home: 0,
    End: last,
  };
  const target = targets[key];
  return target === undefined ? undefined : Math.min(last, Math.max(0, target));
};
