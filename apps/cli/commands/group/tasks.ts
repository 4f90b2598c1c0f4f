import { pages } from '@taskcluster/client';
import type { TaskDefinitionAndStatus } from '@taskcluster/contracts';
import type { Connection } from '../../platform/connection.ts';

/** All tasks of a group, with their definitions. */
export const tasksOf = async ({ queue }: Connection, taskGroupId: string): Promise<readonly TaskDefinitionAndStatus[]> => {
  const tasks: TaskDefinitionAndStatus[] = [];
  const list = (token: string | undefined) =>
    queue.listTaskGroup({ taskGroupId, ...(token !== undefined && { continuationToken: token }) });
  for await (const page of pages(list)) tasks.push(...page.tasks);
  return tasks;
};
