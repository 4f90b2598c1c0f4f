import type { TaskStatus } from '@taskcluster/contracts';
import { Link } from '@tanstack/react-router';
import { resolvedWords } from '../../../../words/reasons.ts';
import classes from '../task-page.module.css';

/** Why a task that did not succeed ended as it did. */
export const Ending = ({ status }: { readonly status: TaskStatus }) => {
  const run = status.runs.at(-1);
  if ((status.state !== 'failed' && status.state !== 'exception') || !run?.reasonResolved) return null;
  return (
    <p className={classes.why} data-state={status.state}>
      {resolvedWords[run.reasonResolved]}{' '}
      {run.started && (
        <Link to="/tasks/$taskId/log" params={{ taskId: status.taskId }}>
          Look at the log
        </Link>
      )}
    </p>
  );
};
