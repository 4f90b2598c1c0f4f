import { useQuery } from '@tanstack/react-query';
import type { TaskDefinition, TaskStatus } from '@taskcluster/contracts';
import { countsQuery, dependenciesQuery } from '../../../data/task.ts';
import { useWords } from '../../../words/ticking.ts';
import { whyNotRunning } from '../../../words/why.ts';
import classes from './task-page.module.css';

/** Why a task is not running; nothing when it is, or is over. */
export const WaitingFor = ({ status, task }: { readonly status: TaskStatus; readonly task: TaskDefinition }) => {
  const { data: found } = useQuery(dependenciesQuery(status.taskId, task.dependencies));
  const { data: counts } = useQuery(countsQuery(status.taskQueueId, status.state === 'pending'));
  const dependencies = task.dependencies.length === 0 ? [] : found;
  const words = useWords((now) => whyNotRunning({ status, task, dependencies, counts, now })?.join(' ') ?? '');
  if (words === '') return null;
  return (
    <p className={classes.why} data-state={status.state}>
      {words}
    </p>
  );
};
