import { useCallback, useEffect, useImperativeHandle, useLayoutEffect, useReducer, useRef } from 'react';
import { clampPosition, endPosition, type Geometry, isScaled, positionOf, rowPx, scrollTopFor } from '../scroll.ts';
import { keyTarget, useHeight } from './scrolling.ts';

export interface ViewportHandle {
  /** Shows a line a third down from the top. */
  readonly show: (line: number) => void;
  /** The first line that can be seen as a whole. */
  readonly top: () => number;
}

interface Given {
  readonly lineCount: number;
  /** Whether the end stays in view as the log grows. */
  readonly following: boolean;
  /** The reader moved: up or down, and whether the end is in view now. */
  readonly onMove: (up: boolean, atEnd: boolean) => void;
  readonly ref: React.Ref<ViewportHandle>;
}

/**
 * Where the window onto a log stands, in pixels from the log's beginning. The scroll bar follows this position, and not the other
 * way round: with millions of lines its own pixels are too coarse to count lines with.
 */
export const usePosition = ({ lineCount, following, onMove, ref }: Given) => {
  const scroller = useRef<HTMLDivElement>(null);
  const viewportPx = useHeight(scroller);
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const position = useRef(0);
  const ownScrollTop = useRef(0);
  const geometry: Geometry = { lineCount, viewportPx };
  const latest = useRef(geometry);
  latest.current = geometry;
  position.current = following ? endPosition(geometry) : clampPosition(position.current, geometry);

  const move = useCallback(
    (to: number) => {
      const next = clampPosition(to, latest.current);
      const up = next < position.current;
      position.current = next;
      onMove(up, next >= endPosition(latest.current) - rowPx);
      draw();
    },
    [onMove],
  );
  useImperativeHandle(ref, () => ({
    show: (line) => {
      const above = Math.floor(latest.current.viewportPx / 3 / rowPx) * rowPx;
      position.current = clampPosition(line * rowPx - above, latest.current);
      draw();
    },
    top: () => Math.ceil(position.current / rowPx),
  }));
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const wanted = scrollTopFor(position.current, latest.current);
    if (Math.abs(element.scrollTop - wanted) > 1) element.scrollTop = wanted;
    ownScrollTop.current = element.scrollTop;
  });
  useFineWheel(scroller, latest, (by) => move(position.current + by));
  const onScroll = () => {
    const scrollTop = scroller.current?.scrollTop ?? 0;
    if (Math.abs(scrollTop - ownScrollTop.current) <= 1) return;
    ownScrollTop.current = scrollTop;
    move(positionOf(scrollTop, latest.current));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const to = keyTarget(event, { position: position.current, viewportPx, end: endPosition(geometry) });
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  return { scroller, geometry, position: position.current, onScroll, onKeyDown };
};

/** Where a pixel of the scroll bar is many lines, the wheel still moves line by line. */
const useFineWheel = (
  scroller: React.RefObject<HTMLDivElement | null>,
  geometry: React.RefObject<Geometry>,
  move: (by: number) => void,
): void => {
  const latest = useRef(move);
  latest.current = move;
  useEffect(() => {
    const element = scroller.current;
    const onWheel = (event: WheelEvent) => {
      if (!isScaled(geometry.current) || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      latest.current(event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? rowPx : 1));
    };
    // React's own handlers are passive, and could not keep the browser from scrolling too.
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [scroller, geometry]);
};
