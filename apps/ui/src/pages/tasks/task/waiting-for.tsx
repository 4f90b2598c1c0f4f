import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { NamedTask, TaskStatus, WhyCause } from '@taskcluster/contracts';
import { StateMark } from '../../../components/state-mark.tsx';
import { whyQuery } from '../../../data/task.ts';
import classes from './task-page.module.css';

/** Why a task is not running: the decisive cause, and everything else that plays a part. Nothing when it is running, or over. */
export const WaitingFor = ({ status }: { readonly status: TaskStatus }) => {
  const { data } = useQuery(whyQuery(status));
  if (!data || data.state !== status.state || (status.state !== 'unscheduled' && status.state !== 'pending')) return null;
  const [first, ...others] = data.causes;
  return (
    <section className={classes.why} data-state={status.state} aria-label="Why it is not running">
      <p>{data.summary}</p>
      {first && <Names cause={first} />}
      {others.length > 0 && (
        <ul className={classes.causes}>
          {others.map((cause) => (
            <li key={cause.kind}>
              {cause.text}
              <Names cause={cause} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};

/** Links to the tasks that a cause names. */
const Names = ({ cause }: { readonly cause: WhyCause }) => {
  const tasks: readonly NamedTask[] = 'tasks' in cause ? cause.tasks : [];
  if (tasks.length === 0) return null;
  return (
    <ul className={classes.named}>
      {tasks.map(({ taskId, state, name }) => (
        <li key={taskId}>
          {state && <StateMark state={state} size={12} />}
          <Link to="/tasks/$taskId" params={{ taskId }}>
            {name ?? taskId}
          </Link>
        </li>
      ))}
    </ul>
  );
};
