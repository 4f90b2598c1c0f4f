import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { pages } from '@taskcluster/client/pages';
import { queue } from '../session/api.ts';
import { type TaskRow, rowOf } from './row.ts';
import { merged } from './rows.ts';

export interface Group {
  readonly taskGroupId: string;
  readonly schedulerId: string;
  readonly sealed: string | undefined;
  readonly expires: string;
  readonly rows: readonly TaskRow[];
  /** Whether all pages of the list have arrived. */
  readonly complete: boolean;
}

/**
 * A group and all its tasks. Every page of a thousand is shown as soon as it is there; messages that arrive in between are kept,
 * because a page never replaces a later status.
 */
export const groupQuery = (taskGroupId: string) =>
  queryOptions({
    queryKey: ['group', taskGroupId],
    queryFn: async ({ client, signal }) => {
      const list = (continuationToken: string | undefined) =>
        queue.listTaskGroup({ taskGroupId, ...(continuationToken && { continuationToken }) }, undefined, { signal });
      for await (const { tasks, schedulerId, sealed, expires } of pages(list)) {
        const rows = merged(
          cached(client, taskGroupId)?.rows ?? [],
          tasks.map(({ task, status }) => rowOf(status, task)),
        );
        client.setQueryData<Group>(['group', taskGroupId], { taskGroupId, schedulerId, sealed, expires, rows, complete: false });
      }
      return { ...cached(client, taskGroupId)!, complete: true };
    },
    structuralSharing: false,
    staleTime: 5000,
  });

const cached = (client: QueryClient, taskGroupId: string) => client.getQueryData<Group>(['group', taskGroupId]);
