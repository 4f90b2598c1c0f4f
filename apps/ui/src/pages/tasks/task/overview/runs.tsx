import type { TaskStatus } from '@taskcluster/contracts';
import { Link } from '@tanstack/react-router';
import { StateLabel } from '../../../../components/state-mark.tsx';
import { Moment, Took } from '../../../../components/time.tsx';
import { createdWords } from '../../../../words/reasons.ts';
import classes from './overview.module.css';

/** Every attempt, the newest first. */
export const Runs = ({ status }: { readonly status: TaskStatus }) => {
  if (status.runs.length === 0) return null;
  return (
    <section aria-label="Runs">
      <h2>{status.runs.length === 1 ? 'Run' : 'Runs'}</h2>
      <div className={classes.runs}>
        {status.runs.toReversed().map((run) => (
          <RunLine key={run.runId} run={run} taskId={status.taskId} last={run.runId === status.runs.length - 1} />
        ))}
      </div>
      {status.runs.at(-1)?.state !== 'completed' && (
        <p className="dim">{status.retriesLeft === 1 ? '1 automatic retry is' : `${status.retriesLeft} automatic retries are`} left.</p>
      )}
    </section>
  );
};

interface LineProps {
  readonly run: TaskStatus['runs'][number];
  readonly taskId: string;
  readonly last: boolean;
}

const RunLine = ({ run, taskId, last }: LineProps) => (
  <div className={classes.run}>
    <div className={classes.runState}>
      <span className="dim">#{run.runId}</span>
      <StateLabel state={run.state} />
    </div>
    <dl className={classes.facts}>
      {run.reasonResolved && run.reasonResolved !== run.state && <Fact name="reason">{run.reasonResolved}</Fact>}
      <Fact name={run.started || run.resolved ? 'waited' : 'waiting for'}>
        <Took from={run.scheduled} to={run.started ?? run.resolved} />
      </Fact>
      {run.started && (
        <Fact name={run.resolved ? 'ran' : 'running for'}>
          <Took from={run.started} to={run.resolved} />
        </Fact>
      )}
      {run.resolved && (
        <Fact name="ended">
          <Moment at={run.resolved} />
        </Fact>
      )}
      {run.workerId && (
        <Fact name="worker">
          {run.workerGroup}/{run.workerId}
        </Fact>
      )}
      {run.state === 'running' && run.takenUntil && (
        <Fact name="claimed until">
          <Moment at={run.takenUntil} />
        </Fact>
      )}
      {run.reasonCreated !== 'scheduled' && <Fact name="because">{createdWords[run.reasonCreated]}</Fact>}
    </dl>
    {run.started && (
      <div className={classes.links}>
        <Link to="/tasks/$taskId/log" params={{ taskId }} search={last ? {} : { run: run.runId }}>
          Log
        </Link>
        <Link to="/tasks/$taskId/artifacts" params={{ taskId }} search={last ? {} : { run: run.runId }}>
          Artifacts
        </Link>
      </div>
    )}
  </div>
);

export const Fact = ({ name, children }: { readonly name: string; readonly children: React.ReactNode }) => (
  <div className={classes.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
