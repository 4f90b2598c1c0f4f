import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Identifier } from '../../../components/copy-button.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Problem } from '../../../components/problem.tsx';
import { StateStrip } from '../../../components/state-counts.tsx';
import { type ListChoice, TaskList } from '../../../components/task-list.tsx';
import { Moment, Took } from '../../../components/time.tsx';
import { Waiting } from '../../../components/waiting.tsx';
import { type Group, groupQuery } from '../../../data/group.ts';
import { countsOf, spanOf, type TaskRow } from '../../../data/row.ts';
import { isResolved } from '../../../data/states.ts';
import { useInterest } from '../../../live/use-live.ts';
import classes from './group-page.module.css';

/** A task group: the strip of its states and all its tasks. */
export const GroupPage = () => {
  const { taskGroupId } = useParams({ from: '/groups/$taskGroupId' });
  const { data, error, refetch } = useQuery(groupQuery(taskGroupId));
  useInterest({ taskGroupId });
  if (data) return <GroupView key={taskGroupId} group={data} />;
  const retry = () => void refetch();
  return error ? (
    <Problem error={error} what={`task group ${taskGroupId}`} retry={retry} />
  ) : (
    <Waiting what="the task group" retry={retry} />
  );
};

const GroupView = ({ group }: { readonly group: Group }) => {
  const { q = '', sort = 'created' } = useSearch({ from: '/groups/$taskGroupId' });
  const navigate = useNavigate({ from: '/groups/$taskGroupId' });
  const { rows } = group;
  const counts = useMemo(() => countsOf(rows), [rows]);
  const name = rows.find((row) => row.taskId === group.taskGroupId)?.name ?? earliest(rows)?.name ?? 'Task group';
  const onChoice = (choice: ListChoice) =>
    void navigate({
      search: { ...(choice.q !== '' && { q: choice.q }), ...(choice.sort !== 'created' && { sort: choice.sort }) },
      replace: true,
    });
  return (
    <>
      <PageHead title={name} windowTitle={`${name} (group)`}>
        <span>
          {rows.length.toLocaleString('en')} {rows.length === 1 ? 'task' : 'tasks'}
          {!group.complete && ', loading more…'}
        </span>
        <Span rows={rows} />
        <Identifier id={group.taskGroupId} name="the group id" />
        {group.schedulerId !== '-' && <span>scheduler {group.schedulerId}</span>}
        {group.sealed && (
          <span>
            sealed <Moment at={group.sealed} />
          </span>
        )}
      </PageHead>
      <div className={classes.strip}>
        <StateStrip counts={counts} />
      </div>
      <TaskList rows={rows} q={q} sort={sort} onChoice={onChoice} loading={!group.complete} name="Tasks of the group" />
    </>
  );
};

const earliest = (rows: readonly TaskRow[]): TaskRow | undefined =>
  rows.reduce<TaskRow | undefined>((first, row) => (first === undefined || row.created < first.created ? row : first), undefined);

/** From the first start to the last end, or until now. */
const Span = ({ rows }: { readonly rows: readonly TaskRow[] }) => {
  const spans = rows.map((row) => spanOf(row.status));
  const starts = spans.flatMap(({ started }) => (started === undefined ? [] : [started]));
  if (starts.length === 0) return null;
  const from = starts.reduce((a, b) => Math.min(a, b));
  const active = rows.some(({ status }) => status.state === 'running' || status.state === 'pending');
  const over = rows.every(({ status }) => isResolved(status.state));
  const to = spans.reduce((latest, { resolved = 0 }) => Math.max(latest, resolved), 0);
  return (
    <span>
      {active ? 'running for' : 'took'} <Took from={from} to={active ? undefined : to} />
      {!active && !over && ' so far'}
    </span>
  );
};
