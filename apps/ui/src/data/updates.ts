import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { TaskStatus } from '@taskcluster/contracts';
import type { Message } from '../live/stream.ts';
import type { Found } from './found.ts';
import type { Group } from './group.ts';
import type { TaskList } from './recent.ts';
import { isLater, type TaskRow } from './row.ts';
import { merged, placesOf, withStatuses } from './rows.ts';
import { isResolved } from './states.ts';
import { rowsOf } from './task.ts';

/** Of tasks that appear at once, so many are looked up for the list of recent tasks; a burst of more is read as a page. */
const lookedUpAtOnce = 200;
const tasksPauseMs = 500;
const groupsPauseMs = 1000;
const mostRecent = 10_000;

/** Brings what is on the page up to date with messages, without asking the server for anything that a message says. */
export const updatesFor = (client: QueryClient) => {
  const refreshTasks = atMostEvery(tasksPauseMs, () => void client.invalidateQueries({ queryKey: ['recent-tasks'] }));
  const refreshMembers = atMostEvery(groupsPauseMs, () => void client.invalidateQueries({ queryKey: ['group'] }));
  const refreshWhy = atMostEvery(groupsPauseMs, () => void client.invalidateQueries({ queryKey: ['why'] }));
  const refreshGroups = atMostEvery(groupsPauseMs, () => void client.invalidateQueries({ queryKey: ['recent-groups'] }));
  return (messages: readonly Message[]): void => {
    const statuses = latestStatuses(messages);
    const defined = new Set(
      messages
        .filter(({ exchange }) => exchange.endsWith('/task-defined'))
        .map(({ payload }) => (payload as { status: TaskStatus }).status.taskId),
    );
    for (const [taskId, status] of statuses) {
      client.setQueryData<TaskStatus>(['status', taskId], (known) => (known && isLater(status, known) ? status : known));
      // Uploaded artifacts are not announced: they are there when the run is over.
      if (isResolved(status.state)) void client.invalidateQueries({ queryKey: ['artifacts', taskId] });
    }
    for (const { exchange, payload } of messages) {
      if (exchange.endsWith('/artifact-created'))
        void client.invalidateQueries({ queryKey: ['artifacts', (payload as { status: TaskStatus }).status.taskId] });
    }
    for (const [queryKey, rows] of client.getQueriesData<readonly TaskRow[]>({ queryKey: ['dependencies'] })) {
      const next = rows && withStatuses(rows, statuses);
      if (next !== rows) client.setQueryData(queryKey, next);
    }
    for (const [queryKey, list] of rowLists(client)) {
      const rows = withStatuses(list.rows, statuses);
      if (rows !== list.rows) client.setQueryData(queryKey, { ...list, rows });
    }
    for (const [queryKey, list] of client.getQueriesData<Found>({ queryKey: ['found-tasks'] })) {
      const rows = list && withStatuses(list.rows, statuses);
      if (list && rows && rows !== list.rows) client.setQueryData<Found>(queryKey, { ...list, rows });
    }
    // Why a task waits follows from others: what was said is out of date when anything about it, or what it waits for, changed.
    if (statuses.size > 0) refreshWhy();
    if (statuses.size > 0) refreshGroups();
    // A list that is being read may have been read before these changes, and would take their place: it is read once more.
    if (defined.size > 0 && client.isFetching({ queryKey: ['recent-tasks'] }) > 0) refreshTasks();
    if (statuses.size > 0 && client.isFetching({ queryKey: ['group'] }) > 0) refreshMembers();
    void addUnknown(client, { statuses, defined, refresh: refreshTasks }).catch(refreshTasks);
  };
};

type RowList = TaskList | Group;
const rowLists = (client: QueryClient): readonly (readonly [QueryKey, RowList])[] =>
  [...client.getQueriesData<RowList>({ queryKey: ['recent-tasks'] }), ...client.getQueriesData<RowList>({ queryKey: ['group'] })].flatMap(
    ([key, list]) => (list ? [[key, list] as const] : []),
  );

const latestStatuses = (messages: readonly Message[]): ReadonlyMap<string, TaskStatus> => {
  const latest = new Map<string, TaskStatus>();
  for (const { payload } of messages) {
    const status = (payload as { readonly status?: TaskStatus }).status;
    if (!status) continue;
    const known = latest.get(status.taskId);
    if (!known || isLater(status, known)) latest.set(status.taskId, status);
  }
  return latest;
};

interface News {
  readonly statuses: ReadonlyMap<string, TaskStatus>;
  /** The tasks that were created just now. */
  readonly defined: ReadonlySet<string>;
  /** Reads the first page of recent tasks anew. */
  readonly refresh: () => void;
}

/** Messages carry no names: tasks that a list does not have yet are looked up. */
const addUnknown = async (client: QueryClient, { statuses, defined, refresh }: News): Promise<void> => {
  for (const [queryKey, list] of rowLists(client)) {
    // A group takes its own tasks, the list of recent ones those that are new.
    const belongs = (status: TaskStatus) => ('taskGroupId' in list ? list.taskGroupId === status.taskGroupId : defined.has(status.taskId));
    const wanted = [...statuses.values()].filter((status) => !placesOf(list.rows).has(status.taskId) && belongs(status));
    if (wanted.length === 0) continue;
    if (!('taskGroupId' in list) && wanted.length > lookedUpAtOnce) {
      refresh();
      continue;
    }
    const rows = await rowsOf(wanted.map((status) => status.taskId));
    client.setQueryData<RowList>(queryKey, (now) => now && bounded({ ...now, rows: merged(now.rows, rows) }));
  }
};

/** A page that is left open for days must not hold every task of those days: the oldest are let go, as if they had not been asked for. */
const bounded = (list: RowList): RowList => {
  if ('taskGroupId' in list || list.rows.length <= mostRecent) return list;
  return { rows: list.rows.toSorted((a, b) => b.created - a.created).slice(0, mostRecent / 2), older: undefined };
};

const atMostEvery = (ms: number, act: () => void): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      act();
    }, ms);
  };
};
