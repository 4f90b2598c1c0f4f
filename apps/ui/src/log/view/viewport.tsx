import { useRef } from 'react';
import type { LogBuffer } from '../buffer.ts';
import { linesAt, rowPx, scrollTopFor, spacerPx } from '../scroll.ts';
import type { Selection } from '../selection.ts';
import { Line } from './line.tsx';
import classes from './log-view.module.css';
import { usePosition, type ViewportHandle } from './use-position.ts';

interface Props {
  readonly buffer: LogBuffer;
  readonly lineCount: number;
  readonly following: boolean;
  readonly onMove: (up: boolean, atEnd: boolean) => void;
  readonly onNumber: (line: number, extend: boolean) => void;
  readonly selection: Selection | undefined;
  readonly found: number | undefined;
  readonly errorLine: number | undefined;
  readonly query: string;
  readonly ref: React.Ref<ViewportHandle>;
}

/** Space around the numbers and behind the text. */
const besidesPx = 56;
const widestColumns = 4000;

/** The window onto a log. It draws the lines that can be seen, once per frame at most, whatever the length of the log. */
export const Viewport = ({ buffer, lineCount, following, onMove, onNumber, selection, found, errorLine, query, ref }: Props) => {
  const { scroller, geometry, position, onScroll, onKeyDown } = usePosition({ lineCount, following, onMove, ref });
  const widest = useRef(0);
  const { first, end } = linesAt(position, geometry);
  const texts = Array.from({ length: Math.max(0, end - first) }, (_, i) => buffer.line(first + i));
  // The sideways extent only grows: it must not jump while lines of different lengths pass by.
  widest.current = texts.reduce((most, text) => Math.max(most, Math.min(text.length, widestColumns)), widest.current);
  const digits = Math.max(3, String(lineCount).length);
  const width = `calc(${widest.current + digits}ch + ${besidesPx}px)`;
  const markOf = (index: number) => {
    if (selection && index >= selection.first && index <= selection.last) return 'selected';
    return index === found ? 'found' : index === errorLine ? 'error' : undefined;
  };
  const onClick = (event: React.MouseEvent) => {
    const { number } = (event.target as HTMLElement).dataset;
    if (number === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onNumber(Number(number) - 1, event.shiftKey);
  };
  const top = scrollTopFor(position, geometry) + first * rowPx - position;
  return (
    <div
      ref={scroller}
      className={classes.viewport}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onClick={onClick}
      tabIndex={0}
      role="region"
      aria-label="Log"
    >
      <div className={classes.spacer} style={{ height: spacerPx(geometry), minWidth: width }} />
      <div
        className={classes.lines}
        style={{ transform: `translateY(${top}px)`, minWidth: `max(100%, ${width})`, '--digits': digits } as React.CSSProperties}
      >
        {texts.map((text, i) => (
          // Rows are reused from the top: while a log runs through, elements stay and only their text changes.
          <Line
            key={i}
            index={first + i}
            text={text}
            style={buffer.styleAt(first + i)}
            hiddenBytes={buffer.hiddenBytes(first + i)}
            query={query}
            mark={markOf(first + i)}
          />
        ))}
      </div>
    </div>
  );
};
