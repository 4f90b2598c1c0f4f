import { memo } from 'react';
import { spansOf, type Style } from '../ansi.ts';
import { marked } from '../marked.ts';
import { cssOf } from '../style.ts';
import { bytesWords } from '../../words/bytes.ts';
import classes from './log-view.module.css';

interface Props {
  /** Counted from 0. */
  readonly index: number;
  readonly text: string;
  readonly style: Style;
  readonly hiddenBytes: number;
  readonly query: string;
  readonly mark: 'selected' | 'found' | 'error' | undefined;
}

/** The worker's own lines are set off from what the task prints. */
const writerOf = (text: string): 'worker' | 'worker-error' | undefined =>
  text.startsWith('[taskcluster:error]') ? 'worker-error' : text.startsWith('[taskcluster') ? 'worker' : undefined;

/** One line of a log: text in spans, never markup. */
export const Line = memo(({ index, text, style, hiddenBytes, query, mark }: Props) => (
  <div className={classes.line} data-mark={mark} data-line={index} data-by={writerOf(text)}>
    <a
      className={classes.number}
      href={`#L${index + 1}`}
      data-number={index + 1}
      aria-label={`Line ${index + 1}`}
      tabIndex={-1}
      draggable={false}
    />
    <span className={classes.text}>
      {marked(spansOf(text, style), query).map(({ text: piece, style: pieceStyle, hit }, i) =>
        hit ? (
          <mark key={i}>{piece}</mark>
        ) : (
          <span key={i} style={cssOf(pieceStyle)}>
            {piece}
          </span>
        ),
      )}
      {hiddenBytes > 0 && <i className={classes.cut}>… {bytesWords(hiddenBytes)} more in this line</i>}
    </span>
  </div>
));
