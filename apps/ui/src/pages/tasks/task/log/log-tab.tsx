import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { artifactsQuery } from '../../../../data/task.ts';
import { isResolved } from '../../../../data/states.ts';
import { openLog } from '../../../../log/open-log.ts';
import { hashOf, type Selection, selectionOf } from '../../../../log/selection.ts';
import { LogView } from '../../../../log/view/log-view.tsx';
import { useLogView } from '../../../../log/view/use-log-view.ts';
import { download } from '../artifacts/links.ts';
import { logNameOf, useTask } from '../use-task.ts';
import { WaitingFor } from '../waiting-for.tsx';
import classes from './log-tab.module.css';

/** The log of the run. */
export const LogTab = () => {
  const { taskId, task, status, run } = useTask();
  const { name } = useSearch({ from: '/tasks/$taskId' });
  if (!task || !status) return null;
  const logName = name ?? logNameOf(task.payload);
  if (!run || run.state === 'pending') {
    return (
      <div className={classes.waiting}>
        <WaitingFor status={status} />
        <p>The log begins when the task runs, and appears here as it is written.</p>
      </div>
    );
  }
  if (!run.started) return <p className={classes.none}>The task ended before it could run, so there is no log.</p>;
  return (
    <>
      {logName !== logNameOf(task.payload) && <Other name={logName} />}
      <RunLog
        key={`${taskId}/${run.runId}/${logName}`}
        taskId={taskId}
        runId={run.runId}
        name={logName}
        failed={run.state === 'failed'}
        over={isResolved(run.state)}
      />
    </>
  );
};

/** Says that this is not the log itself, and leads back to it. */
const Other = ({ name }: { readonly name: string }) => (
  <p className={classes.other}>
    <span className="mono">{name}</span>
    <Link to="." search={({ run }) => (run === undefined ? {} : { run })}>
      Back to the log
    </Link>
  </p>
);

interface Props {
  readonly taskId: string;
  readonly runId: number;
  readonly name: string;
  readonly failed: boolean;
  readonly over: boolean;
}

const RunLog = ({ taskId, runId, name, failed, over }: Props) => {
  const navigate = useNavigate();
  const hash = useLocation({ select: (location) => location.hash });
  const selection = useMemo(() => selectionOf(hash), [hash]);
  const onSelect = useCallback(
    (lines: Selection) =>
      void navigate({ to: '.', search: true, hash: hashOf(lines), replace: true, resetScroll: false, hashScrollIntoView: false }),
    [navigate],
  );
  const { log, missing } = useRunLog({ taskId, runId, name, over });
  if (missing) {
    const why = over
      ? 'The worker left no log of this name, or it has expired.'
      : 'The log is not there yet: it appears as soon as the worker begins to write it.';
    return <p className={classes.none}>{why}</p>;
  }
  return (
    <LogView log={log} selection={selection} onSelect={onSelect} seekError={failed} onDownload={() => void download(taskId, runId, name)} />
  );
};

/** The log. As long as there is none it is looked for again whenever the run has it among its artifacts, and once the run is over. */
const useRunLog = ({ taskId, runId, name, over }: Omit<Props, 'failed'>) => {
  const [attempt, setAttempt] = useState(0);
  const log = useMemo(
    () => openLog({ taskId, runId, name }),
    // oxlint-disable-next-line react/exhaustive-deps -- each attempt is a reason to look again
    [taskId, runId, name, attempt],
  );
  const missing = useLogView(log).reading.state === 'missing';
  const { data: artifacts } = useQuery({ ...artifactsQuery(taskId, runId), enabled: missing });
  const reason = over ? 'over' : artifacts?.some((artifact) => artifact.name === name) ? `one of ${artifacts.length}` : '';
  const tried = useRef('');
  useEffect(() => {
    if (!missing || reason === '' || reason === tried.current) return;
    tried.current = reason;
    setAttempt((before) => before + 1);
  }, [missing, reason]);
  return { log, missing };
};
