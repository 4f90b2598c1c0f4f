import { Message } from '../../../../components/message.tsx';
import { useTask } from '../use-task.ts';
import { WaitingFor } from '../waiting-for.tsx';
import { Dependencies } from './dependencies.tsx';
import { Ending } from './ending.tsx';
import { Facts } from './facts.tsx';
import classes from './overview.module.css';
import { Runs } from './runs.tsx';

/** Where the task stands: why it waits or how it ended, its runs, and what it depends on. */
export const OverviewTab = () => {
  const { task, status } = useTask();
  if (!task || !status) return null;
  return (
    <div className={classes.overview}>
      <WaitingFor status={status} />
      <Ending status={status} />
      {task.metadata.description.trim() !== '' && <Message text={task.metadata.description} />}
      <Runs status={status} />
      {task.dependencies.length > 0 && <Dependencies taskId={status.taskId} taskIds={task.dependencies} requires={task.requires} />}
      <Facts task={task} status={status} />
    </div>
  );
};
