import { queryOptions } from '@tanstack/react-query';
import { pages } from '@taskcluster/client/pages';
import type { TaskStatus } from '@taskcluster/contracts';
import { queue } from '../session/api.ts';
import { type TaskRow, rowOf } from './row.ts';

/** The definition of a task. It never changes, apart from its priority. */
export const definitionQuery = (taskId: string) =>
  queryOptions({
    queryKey: ['task', taskId],
    queryFn: ({ signal }) => queue.task({ taskId }, undefined, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The state of a task and its runs; messages keep it fresh. */
export const statusQuery = (taskId: string) =>
  queryOptions({
    queryKey: ['status', taskId],
    queryFn: async ({ signal }) => (await queue.status({ taskId }, undefined, { signal })).status,
  });

/** The tasks that a task waits for. Those that have expired are missing from the answer. */
export const dependenciesQuery = (taskId: string, taskIds: readonly string[]) =>
  queryOptions({
    queryKey: ['dependencies', taskId],
    queryFn: ({ signal }) => rowsOf(taskIds, signal),
    enabled: taskIds.length > 0,
    structuralSharing: false,
  });

/**
 * Why a task is not running. Places in the queue and workers are not announced: it is asked again every 5 seconds, and as soon as the task
 * itself, or another one that the page hears of, changes.
 */
export const whyQuery = (status: TaskStatus) =>
  queryOptions({
    queryKey: ['why', status.taskId, status.state, status.runs.length],
    queryFn: ({ signal }) => queue.why({ taskId: status.taskId }, undefined, { signal, retries: 0 }),
    enabled: status.state === 'unscheduled' || status.state === 'pending',
    refetchInterval: 5_000,
  });

/** What a run left behind, by name. */
export const artifactsQuery = (taskId: string, runId: number) =>
  queryOptions({
    queryKey: ['artifacts', taskId, runId],
    queryFn: async ({ signal }) => {
      const found = [];
      const list = (continuationToken: string | undefined) =>
        queue.listArtifacts({ taskId, runId: String(runId), ...(continuationToken && { continuationToken }) }, undefined, { signal });
      for await (const { artifacts } of pages(list)) found.push(...artifacts);
      return found;
    },
  });

const idsAtOnce = 500;

/** Definition and status of some tasks, as rows, in the order of the ids. Unknown ids are left out. */
export const rowsOf = async (taskIds: readonly string[], signal?: AbortSignal): Promise<readonly TaskRow[]> => {
  const rows: TaskRow[] = [];
  for (let from = 0; from < taskIds.length; from += idsAtOnce) {
    const asked = { taskIds: taskIds.slice(from, from + idsAtOnce) };
    const [{ tasks }, { statuses }] = await Promise.all([queue.tasks({}, asked, { signal }), queue.statuses({}, asked, { signal })]);
    const definitions = new Map(tasks.map(({ taskId, task }) => [taskId, task]));
    const statusById = new Map(statuses.map(({ taskId, status }) => [taskId, status]));
    for (const taskId of asked.taskIds) {
      const task = definitions.get(taskId);
      const status = statusById.get(taskId);
      if (task && status) rows.push(rowOf(status, task));
    }
  }
  return rows;
};
