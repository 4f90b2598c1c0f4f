import type { TaskState } from '@taskcluster/contracts';
import classes from './state-mark.module.css';

/** Each state has a colour and a shape, so that one can be told from another without colours. */
const shapes: Readonly<Record<TaskState, React.ReactNode>> = {
  unscheduled: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.8" strokeDasharray="1.6 2.2" />,
  pending: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M8 8V2a6 6 0 0 1 6 6z" fill="currentColor" />
    </>
  ),
  running: (
    <g className={classes.moving}>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M8 2a6 6 0 0 0 0 12z" fill="currentColor" />
    </g>
  ),
  completed: <circle cx="8" cy="8" r="6.6" fill="currentColor" />,
  failed: <path d="M3.2 3.2l9.6 9.6M12.8 3.2l-9.6 9.6" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" />,
  exception: <path d="M8 1.5 15 14H1z" fill="currentColor" />,
};

/** The same as characters, for titles of windows. */
export const stateGlyphs: Readonly<Record<TaskState, string>> = {
  unscheduled: '◌',
  pending: '◔',
  running: '◐',
  completed: '●',
  failed: '✕',
  exception: '▲',
};

export const StateMark = ({ state, size = 14 }: { readonly state: TaskState; readonly size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 16 16" style={{ color: `var(--${state})`, flex: 'none' }} role="img" aria-label={state}>
    {shapes[state]}
  </svg>
);

/** The mark and the word. */
export const StateLabel = ({ state }: { readonly state: TaskState }) => (
  <span className={classes.label} style={{ color: `var(--${state})` }}>
    <StateMark state={state} />
    <span aria-hidden="true">{state}</span>
  </span>
);
