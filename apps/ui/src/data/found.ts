import { type QueryClient, queryOptions } from '@tanstack/react-query';
import type { SearchTasksResponse } from '@taskcluster/contracts';
import { queue } from '../session/api.ts';
import { rowOf, type TaskRow } from './row.ts';
import { merged } from './rows.ts';
import { searchOf, taskIdIn } from './search-query.ts';
import { rowsOf } from './task.ts';

/** What the server found so far. */
export interface Found {
  readonly rows: readonly TaskRow[];
  /** Where the search goes on; absent when it is complete. */
  readonly older: string | undefined;
  /** How far back it went, in ISO 8601; absent when it is complete. */
  readonly searchedTo: string | undefined;
  readonly behindMs: number;
  /** False while tasks from before an upgrade are still being added to the index. */
  readonly filled: boolean;
}

const pageSize = '100';
const enough = 30;
// A page may be short because what it looks for is neither common nor rare: a few more are asked for, then the reader decides.
const maxPages = 5;

const keyOf = (text: string) => ['found-tasks', text];

const nothing: Found = { rows: [], older: undefined, searchedTo: undefined, behindMs: 0, filled: true };

const searchOn = async (text: string, from: Found | undefined, signal?: AbortSignal): Promise<Found> => {
  let found: Found = from ?? nothing;
  const query = searchOf(text) ?? {};
  const before = found.rows.length;
  for (let page = 0; page < maxPages; page++) {
    const reply: SearchTasksResponse = await queue.searchTasks(
      { ...query, limit: pageSize, ...(found.older !== undefined && { continuationToken: found.older }) },
      undefined,
      { signal },
    );
    const rows = merged(
      found.rows,
      reply.tasks.map(({ status, task }) => rowOf(status, task)),
    );
    found = { rows, older: reply.continuationToken, searchedTo: reply.searchedTo, behindMs: reply.behindMs, filled: reply.filled };
    if (found.older === undefined || rows.length - before >= enough) break;
  }
  return found;
};

/** All tasks of the platform that fit a filter text, the newest first, as far back as one look goes; or the one that it names by its id. */
export const foundQuery = (text: string) =>
  queryOptions({
    queryKey: keyOf(text),
    queryFn: async ({ signal }): Promise<Found> => {
      const taskId = taskIdIn(text);
      return taskId === undefined ? searchOn(text, undefined, signal) : { ...nothing, rows: await rowsOf([taskId], signal) };
    },
    enabled: searchOf(text) !== undefined,
    staleTime: 10_000,
    structuralSharing: false,
  });

/** Goes on with a search where it stopped. */
export const searchFurther = async (client: QueryClient, text: string): Promise<void> => {
  const found = client.getQueryData<Found>(keyOf(text));
  if (found?.older !== undefined) client.setQueryData<Found>(keyOf(text), await searchOn(text, found));
};
