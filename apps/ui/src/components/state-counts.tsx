import type { TaskState } from '@taskcluster/contracts';
import { type Counts, stateOrder } from '../data/row.ts';
import { StateMark } from './state-mark.tsx';
import classes from './state-counts.module.css';

/** Tasks by state as one strip: its parts are as long as their share, and never so short that a failure could be overlooked. */
export const StateStrip = ({ counts, thin = false }: { readonly counts: Counts; readonly thin?: boolean }) => {
  const present = stateOrder.filter((state) => counts[state] > 0);
  const words = present.map((state) => `${counts[state]} ${state}`).join(', ');
  return (
    <div className={classes.strip} data-thin={thin || undefined} role="img" aria-label={words || 'no tasks'} title={words}>
      {present.map((state) => (
        <span key={state} data-state={state} style={{ flexGrow: counts[state], background: `var(--${state})` }} />
      ))}
    </div>
  );
};

interface LegendProps {
  readonly counts: Counts;
  /** The states that the list is filtered by. */
  readonly chosen: readonly TaskState[];
  readonly onToggle: (state: TaskState) => void;
}

/** The numbers, each of which filters the list below. */
export const StateLegend = ({ counts, chosen, onToggle }: LegendProps) => (
  <div className={classes.legend} role="group" aria-label="Show only tasks in these states">
    {stateOrder
      .filter((state) => counts[state] > 0 || chosen.includes(state))
      .map((state) => (
        <button key={state} type="button" className={classes.count} aria-pressed={chosen.includes(state)} onClick={() => onToggle(state)}>
          <StateMark state={state} size={12} />
          <b>{counts[state].toLocaleString('en')}</b>
          <span>{state}</span>
        </button>
      ))}
  </div>
);
