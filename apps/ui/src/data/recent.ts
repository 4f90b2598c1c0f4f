import { type QueryClient, queryOptions } from '@tanstack/react-query';
import type { RecentGroupsResponse, RecentTasksResponse } from '@taskcluster/contracts';
import { queue } from '../session/api.ts';
import { rowOf, type TaskRow } from './row.ts';
import { merged, placesOf } from './rows.ts';

export type RecentGroup = RecentGroupsResponse['groups'][number];

const pageSize = 200;

export interface TaskList {
  readonly rows: readonly TaskRow[];
  /** Where older tasks begin; absent when there are none. */
  readonly older: string | undefined;
}

const tasksKey = ['recent-tasks'];
const pageOf = ({ tasks }: RecentTasksResponse) => tasks.map(({ status, task }) => rowOf(status, task));

/** The newest tasks. Asking again keeps the older ones that are shown already, unless so much happened that there would be a hole. */
export const recentTasksQuery = queryOptions({
  queryKey: tasksKey,
  queryFn: async ({ client, signal }): Promise<TaskList> => {
    const reply = await queue.recentTasks({ limit: String(pageSize) }, undefined, { signal });
    const rows = pageOf(reply);
    const before = client.getQueryData<TaskList>(tasksKey);
    const meet = before !== undefined && rows.some((row) => placesOf(before.rows).has(row.taskId));
    return meet ? { rows: merged(before.rows, rows), older: before.older } : { rows, older: reply.continuationToken };
  },
  structuralSharing: false,
});

/** Adds the next page of older tasks to the list. */
export const fetchOlderTasks = async (client: QueryClient): Promise<void> => {
  const older = client.getQueryData<TaskList>(tasksKey)?.older;
  if (older === undefined) return;
  const reply = await queue.recentTasks({ limit: String(pageSize), continuationToken: older });
  client.setQueryData<TaskList>(tasksKey, (list) => list && { rows: merged(list.rows, pageOf(reply)), older: reply.continuationToken });
};

export interface GroupList {
  readonly groups: readonly RecentGroup[];
  readonly older: string | undefined;
}

const groupsKey = ['recent-groups'];

/** The newest groups with the numbers of their tasks. */
export const recentGroupsQuery = queryOptions({
  queryKey: groupsKey,
  queryFn: async ({ client, signal }): Promise<GroupList> => {
    const reply = await queue.recentGroups({ limit: String(pageSize) }, undefined, { signal });
    const before = client.getQueryData<GroupList>(groupsKey);
    const fresh = new Set(reply.groups.map((group) => group.taskGroupId));
    const meet = before?.groups.some((group) => fresh.has(group.taskGroupId)) ?? false;
    if (!before || !meet) return { groups: reply.groups, older: reply.continuationToken };
    return { groups: [...reply.groups, ...before.groups.filter((group) => !fresh.has(group.taskGroupId))], older: before.older };
  },
});

export const fetchOlderGroups = async (client: QueryClient): Promise<void> => {
  const older = client.getQueryData<GroupList>(groupsKey)?.older;
  if (older === undefined) return;
  const reply = await queue.recentGroups({ limit: String(pageSize), continuationToken: older });
  client.setQueryData<GroupList>(
    groupsKey,
    (list) => list && { groups: [...list.groups, ...reply.groups], older: reply.continuationToken },
  );
};
