import type { TaskDefinition, TaskStatus } from '@taskcluster/contracts';
import { Identifier } from '../../../../components/copy-button.tsx';
import { Moment } from '../../../../components/time.tsx';
import classes from './overview.module.css';
import { Fact } from './runs.tsx';

/** The rest of what is worth knowing about a task. */
export const Facts = ({ task, status }: { readonly task: TaskDefinition; readonly status: TaskStatus }) => {
  const tags = Object.entries(task.tags);
  return (
    <section aria-label="About the task">
      <h2>About</h2>
      <dl className={classes.facts}>
        <Fact name="owner">{task.metadata.owner}</Fact>
        <Fact name="source">
          {/^https?:/.test(task.metadata.source) ? (
            <a href={task.metadata.source} target="_blank" rel="noreferrer">
              {task.metadata.source}
            </a>
          ) : (
            task.metadata.source
          )}
        </Fact>
        <Fact name="priority">{status.priority ?? task.priority}</Fact>
        <Fact name="deadline">
          <Moment at={status.deadline} />
        </Fact>
        <Fact name="expires">
          <Moment at={status.expires} />
        </Fact>
        {status.schedulerId !== '-' && <Fact name="scheduler">{status.schedulerId}</Fact>}
        {status.projectId !== 'none' && <Fact name="project">{status.projectId}</Fact>}
        <Fact name="group">
          <Identifier id={status.taskGroupId} name="the group id" />
        </Fact>
        {tags.length > 0 && (
          <Fact name="tags">
            {tags.map(([key, value]) => (
              <span key={key} className={classes.tag}>
                {key}: {value}
              </span>
            ))}
          </Fact>
        )}
      </dl>
    </section>
  );
};
