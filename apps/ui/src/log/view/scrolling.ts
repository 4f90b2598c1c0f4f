import { useLayoutEffect, useState } from 'react';
import { rowPx } from '../scroll.ts';

/** The height of an element in pixels, as it changes. */
export const useHeight = (ref: React.RefObject<HTMLElement | null>): number => {
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    setHeight(element.clientHeight);
    return () => observer.disconnect();
  }, [ref]);
  return height;
};

interface Place {
  readonly position: number;
  readonly viewportPx: number;
  /** The position of the last page. */
  readonly end: number;
}

/** Where a key leads; undefined for keys that do not scroll. */
export const keyTarget = (event: React.KeyboardEvent, { position, viewportPx, end }: Place): number | undefined => {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const page = viewportPx - 2 * rowPx;
  switch (event.key) {
    case 'ArrowDown':
      return position + rowPx;
    case 'ArrowUp':
      return position - rowPx;
    case 'PageDown':
      return position + page;
    case 'PageUp':
      return position - page;
    case ' ':
      return position + (event.shiftKey ? -page : page);
    case 'Home':
      return 0;
    case 'End':
      return end;
    default:
      return undefined;
  }
};
