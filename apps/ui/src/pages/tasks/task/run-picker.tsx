import type { TaskStatus } from '@taskcluster/contracts';
import { Link } from '@tanstack/react-router';
import { StateMark } from '../../../components/state-mark.tsx';
import classes from './task-page.module.css';

type Run = TaskStatus['runs'][number];

interface Props {
  readonly runs: readonly Run[];
  readonly run: Run | undefined;
  readonly asked: number | undefined;
}

/** Which attempt is looked at. Shown only when there are several; without a choice it is always the last one, also when another one begins. */
export const RunPicker = ({ runs, run, asked }: Props) =>
  runs.length < 2 ? null : (
    <nav className={classes.runs} aria-label="Runs">
      {runs.map((one) => (
        <Link
          key={one.runId}
          to="."
          search={(before) => ({
            ...(before.name !== undefined && { name: before.name }),
            ...(one.runId < runs.length - 1 && { run: one.runId }),
          })}
          className={classes.run}
          aria-current={one === run ? 'true' : undefined}
          title={`Run ${one.runId}: ${one.state}${asked === undefined && one === run ? ' (the last one)' : ''}`}
        >
          <StateMark state={one.state} size={11} />
          {one.runId}
        </Link>
      ))}
    </nav>
  );
