import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { spanOf, type TaskRow } from '../../data/row.ts';
import { Identifier } from '../copy-button.tsx';
import { StateLabel } from '../state-mark.tsx';
import { Moment, Took } from '../time.tsx';
import classes from './task-table.module.css';

interface Props {
  readonly row: TaskRow;
  readonly index: number;
  readonly top: number;
  readonly tabbable: boolean;
  readonly onFocus: (index: number) => void;
}

/** The times lie above the link, so that pointing at them shows the full time; a click on them still counts. */
const clickLink = (event: React.MouseEvent<HTMLElement>) => {
  if ((event.target as HTMLElement).closest('time')) event.currentTarget.querySelector('a')?.click();
};

/** One task. The whole row is the link; the copy button lies above it. */
export const Row = memo(({ row, index, top, tabbable, onFocus }: Props) => {
  const { started, resolved } = spanOf(row.status);
  return (
    <div
      className={`${classes.columns} ${classes.row}`}
      role="row"
      aria-rowindex={index + 1}
      data-index={index}
      style={{ transform: `translateY(${top}px)` }}
      onClick={clickLink}
    >
      <div className={classes.state} role="cell">
        <StateLabel state={row.status.state} />
      </div>
      <div className={classes.name} role="cell">
        <Link
          to="/tasks/$taskId"
          params={{ taskId: row.taskId }}
          className={classes.link}
          tabIndex={tabbable ? 0 : -1}
          onFocus={() => onFocus(index)}
          title={row.name}
        >
          {row.name}
        </Link>
      </div>
      <div className={classes.id} role="cell">
        <Identifier id={row.taskId} name="the task id" />
      </div>
      <div className={classes.queue} role="cell" title={row.status.taskQueueId}>
        {row.status.taskQueueId}
      </div>
      <div className={classes.created} role="cell">
        <Moment at={row.created} />
      </div>
      <div className={classes.took} role="cell">
        {started === undefined ? <span className="dim">–</span> : <Took from={started} to={resolved} />}
      </div>
    </div>
  );
});
