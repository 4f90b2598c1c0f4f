import { Button, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useMemo } from 'react';
import { Icon } from '../../components/icon.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { Panel } from '../../components/panel.tsx';
import { Problem } from '../../components/problem.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { fetchOlderGroups, recentGroupsQuery } from '../../data/recent.ts';
import { useInterest } from '../../live/use-live.ts';
import { GroupTable } from './group-table.tsx';
import classes from './groups-page.module.css';

/** The newest task groups with the numbers of their tasks. */
export const GroupsPage = () => {
  const { q = '' } = useSearch({ from: '/groups' });
  const navigate = useNavigate({ from: '/groups' });
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(recentGroupsQuery);
  useInterest({ all: true });
  const filter = useDeferredValue(q.toLowerCase());
  const kept = useMemo(
    () => data?.groups.filter((group) => `${group.name} ${group.taskGroupId} ${group.schedulerId}`.toLowerCase().includes(filter)) ?? [],
    [data, filter],
  );
  return (
    <>
      <PageHead title="Groups" windowTitle="Groups" />
      {!data && error && <Problem error={error} what="the task groups" retry={() => void refetch()} />}
      {!data && !error && <Waiting what="the task groups" retry={() => void refetch()} />}
      {data?.groups.length === 0 && <NoGroups />}
      {data && data.groups.length > 0 && (
        <>
          <div className={classes.controls}>
            <TextInput
              className={classes.filter}
              value={q}
              onChange={(event) =>
                void navigate({ search: event.currentTarget.value === '' ? {} : { q: event.currentTarget.value }, replace: true })
              }
              placeholder="Filter by name, id or scheduler"
              aria-label="Filter groups"
              leftSection={<Icon name="search" size={13} />}
            />
          </div>
          {kept.length === 0 && <p className={classes.none}>No group fits this filter.</p>}
          {kept.length > 0 && <GroupTable groups={kept} onEnd={() => void fetchOlderGroups(client).catch(() => undefined)} />}
        </>
      )}
    </>
  );
};

const NoGroups = () => (
  <Panel
    title="No task group yet"
    actions={
      <Button component={Link} to="/create">
        Create a task
      </Button>
    }
  >
    <p>
      Tasks that belong together share a <code>taskGroupId</code>: the tasks of one push, for example. A task that names none is a group of
      its own.
    </p>
  </Panel>
);
