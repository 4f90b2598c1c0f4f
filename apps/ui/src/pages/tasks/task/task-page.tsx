import { Navigate, Outlet, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Identifier } from '../../../components/copy-button.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Problem } from '../../../components/problem.tsx';
import { StateLabel, stateGlyphs } from '../../../components/state-mark.tsx';
import { Moment } from '../../../components/time.tsx';
import { Waiting } from '../../../components/waiting.tsx';
import { useInterest } from '../../../live/use-live.ts';
import { Link } from '@tanstack/react-router';
import { TaskActions } from './actions.tsx';
import { RunPicker } from './run-picker.tsx';
import { Tabs } from './tabs.tsx';
import classes from './task-page.module.css';
import { useTask } from './use-task.ts';

/** A task: its name and state, what can be done, and the tabs. */
export const TaskPage = () => {
  const { taskId } = useParams({ from: '/tasks/$taskId' });
  return <TaskView key={taskId} />;
};

const TaskView = () => {
  const { taskId, task, status, run, asked, error, refetch } = useTask();
  useInterest({ taskId });
  // What a task waits for is mostly in its own group.
  useInterest(status?.state === 'unscheduled' ? { taskGroupId: status.taskGroupId } : undefined);
  if (!task || !status)
    return error ? <Problem error={error} what={`task ${taskId}`} retry={refetch} /> : <Waiting what="the task" retry={refetch} />;
  return (
    <>
      <PageHead
        title={task.metadata.name}
        windowTitle={`${stateGlyphs[status.state]} ${task.metadata.name}`}
        actions={<TaskActions status={status} />}
      >
        <span className={classes.state}>
          <StateLabel state={status.state} />
        </span>
        <Identifier id={taskId} name="the task id" />
        <Link to="/groups/$taskGroupId" params={{ taskGroupId: status.taskGroupId }}>
          Task group
        </Link>
        <span>{status.taskQueueId}</span>
        <span>
          created <Moment at={task.created} />
        </span>
      </PageHead>
      <div className={classes.tabs}>
        <Tabs />
        <RunPicker runs={status.runs} run={run} asked={asked} />
      </div>
      <div className={classes.content}>
        <Outlet />
      </div>
    </>
  );
};

/** Where a task opens: one that failed on its log, any other on its overview. Decided once, so that nobody is carried away when it fails. */
export const TaskStart = () => {
  const { taskId, status } = useTask();
  const [failed] = useState(status?.state === 'failed');
  return (
    <Navigate to={failed ? '/tasks/$taskId/log' : '/tasks/$taskId/overview'} params={{ taskId }} search={(before) => before} replace />
  );
};
