import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { StateLabel } from '../../../../components/state-mark.tsx';
import { stateOrder } from '../../../../data/row.ts';
import { dependenciesQuery } from '../../../../data/task.ts';
import classes from './overview.module.css';

interface Props {
  readonly taskId: string;
  readonly taskIds: readonly string[];
  readonly requires: 'all-completed' | 'all-resolved';
}

const shownAtFirst = 20;

/** What the task waits for, the troubling first. */
export const Dependencies = ({ taskId, taskIds, requires }: Props) => {
  // Those that still exist.
  const { data: found } = useQuery(dependenciesQuery(taskId, taskIds));
  const [all, setAll] = useState(false);
  const rows = useMemo(
    () =>
      [...(found ?? [])].sort(
        (a, b) => stateOrder.indexOf(a.status.state) - stateOrder.indexOf(b.status.state) || (a.name < b.name ? -1 : 1),
      ),
    [found],
  );
  const gone = found ? taskIds.length - found.length : 0;
  return (
    <section aria-label="Dependencies">
      <h2>Dependencies</h2>
      <p className="dim">
        {requires === 'all-completed' ? 'All of them have to complete.' : 'All of them have to be over, in whatever way.'}
      </p>
      {!found && <p className="dim">Loading {taskIds.length}…</p>}
      <ul className={classes.dependencies}>
        {rows.slice(0, all ? rows.length : shownAtFirst).map((row) => (
          <li key={row.taskId}>
            <StateLabel state={row.status.state} />
            <Link to="/tasks/$taskId" params={{ taskId: row.taskId }}>
              {row.name}
            </Link>
            <span className="mono dim">{row.taskId}</span>
          </li>
        ))}
      </ul>
      {!all && rows.length > shownAtFirst && (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>
          Show all {rows.length.toLocaleString('en')}
        </button>
      )}
      {gone > 0 && (
        <p className="dim">
          {gone} more {gone === 1 ? 'has' : 'have'} expired.
        </p>
      )}
    </section>
  );
};
