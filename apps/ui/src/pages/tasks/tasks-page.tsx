import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useRef } from 'react';
import { PageHead } from '../../components/page-head.tsx';
import { Panel } from '../../components/panel.tsx';
import { Problem } from '../../components/problem.tsx';
import { TaskList } from '../../components/task-list.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { fetchOlderTasks, recentTasksQuery, type TaskList as TaskRows } from '../../data/recent.ts';
import { merged } from '../../data/rows.ts';
import { useInterest } from '../../live/use-live.ts';
import { RecentNote, SearchNote, soughtBy } from './search-note.tsx';
import { useFound } from './use-found.ts';

/** The newest tasks of the platform, as they change; with a filter, all that the server finds for it as well. */
export const TasksPage = () => {
  const { q = '', sort = '-created' } = useSearch({ from: '/' });
  const navigate = useNavigate({ from: '/' });
  const { data, error, refetch } = useQuery(recentTasksQuery);
  useInterest({ all: true });
  const fetchOlder = useFetchOlder();
  const { found, error: searchError, searchable, searching, goOn } = useFound(q);
  const rows = useMemo(() => (found ? merged(data?.rows ?? [], found.rows) : (data?.rows ?? [])), [data?.rows, found]);
  const note = ({ rows: recent, older }: TaskRows) =>
    searchable ? (
      <SearchNote sought={soughtBy(q)} found={found} error={searchError} searching={searching} onFurther={goOn} />
    ) : (
      <RecentNote count={recent.length} onFurther={older === undefined ? undefined : fetchOlder} />
    );
  const body = () => {
    if (data && data.rows.length === 0) return <NoTasks />;
    if (data) {
      const onChoice = (choice: { readonly q: string; readonly sort: typeof sort }) =>
        void navigate({
          search: { ...(choice.q !== '' && { q: choice.q }), ...(choice.sort !== '-created' && { sort: choice.sort }) },
          replace: true,
        });
      return (
        <TaskList
          rows={rows}
          q={q}
          sort={sort}
          onChoice={onChoice}
          onEnd={searchable ? goOn : fetchOlder}
          name="Recent tasks"
          placeholder="Words of the name, a task id, or owner: queue: tag: …"
          searched={q === '' ? undefined : note(data)}
        />
      );
    }
    if (error) return <Problem error={error} what="the recent tasks" retry={() => void refetch()} />;
    return <Waiting what="the recent tasks" retry={() => void refetch()} />;
  };
  return (
    <>
      <PageHead title="Tasks" windowTitle="Tasks" />
      {body()}
    </>
  );
};

const NoTasks = () => (
  <Panel
    title="No task yet"
    actions={
      <Button component={Link} to="/create">
        Create the first task
      </Button>
    }
  >
    <p>
      A task is a command that a worker runs for you: a short definition says what to run, and the platform keeps its log and what it leaves
      behind. The next page has an example that works as it stands.
    </p>
  </Panel>
);

/** Fetches the next page of older tasks, one at a time however often it is called. */
const useFetchOlder = () => {
  const client = useQueryClient();
  const busy = useRef(false);
  return useCallback(() => {
    if (busy.current) return;
    busy.current = true;
    // A failure is not shown: the next time somebody scrolls to the end it is tried again.
    void fetchOlderTasks(client)
      .catch(() => undefined)
      .finally(() => (busy.current = false));
  }, [client]);
};
