import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { definitionQuery, statusQuery } from '../../../data/task.ts';

/** What all tabs of a task's page need: definition, status, and the run that is looked at (the last one unless the address says). */
export const useTask = () => {
  const { taskId } = useParams({ from: '/tasks/$taskId' });
  const { run: asked } = useSearch({ from: '/tasks/$taskId' });
  const definition = useQuery(definitionQuery(taskId));
  const status = useQuery(statusQuery(taskId));
  const runs = status.data?.runs ?? [];
  const run = (asked === undefined ? undefined : runs[asked]) ?? runs.at(-1);
  const refetch = () => {
    void definition.refetch();
    void status.refetch();
  };
  return { taskId, task: definition.data, status: status.data, run, asked, error: status.error ?? definition.error, refetch };
};

/** The artifact with the log of a task, as its payload names it. */
export const logNameOf = (payload: Readonly<Record<string, unknown>>): string => {
  const { logs, log } = payload as { readonly logs?: { readonly live?: unknown }; readonly log?: unknown };
  if (typeof logs?.live === 'string') return logs.live;
  return typeof log === 'string' ? log : 'public/logs/live.log';
};
