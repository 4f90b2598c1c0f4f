import type { Tx } from '@taskcluster/db';
import { shareDependencies } from '../store/tasks.ts';
import type { CreateBatch } from './create.ts';
import type { Problem } from './domain/problems.ts';

/** What is known of the tasks that others of the batch depend on: those that exist. */
export type Dependencies = ReadonlyMap<string, { readonly state: string; readonly expires: string }>;

const maxListed = 20;
const listed = (ids: readonly string[]) =>
  ids.length > maxListed ? `${ids.slice(0, maxListed).join(', ')} and ${ids.length - maxListed} more` : ids.join(', ');

/**
 * Looks up, and keeps as they are until the transaction ends, all tasks that the batch depends on. Those of the batch itself need not
 * exist yet, but may (when a batch is sent again): then their state counts.
 */
export const findDependencies = async (
  tx: Tx,
  { requests, taskIds }: Pick<CreateBatch, 'requests' | 'taskIds'>,
  problems: Problem[],
): Promise<Dependencies> => {
  const ids = new Set(requests.flatMap((r) => r.definition.dependencies ?? []));
  if (ids.size === 0) return new Map();
  const known = new Map((await shareDependencies(tx, [...ids])).map((d) => [d.taskId, d]));
  const inBatch = new Map(requests.map((r) => [r.taskId, r.definition.expires ?? r.definition.deadline]));
  for (const { index, taskId, definition } of requests) {
    const refuse = (message: string) => problems.push({ index, taskId, code: 'InputError', message });
    // A task may depend on itself: it exists when its dependencies are looked at, and is started by scheduleTask.
    const others = (definition.dependencies ?? []).filter((id) => id !== taskId);
    const missing = others.filter((id) => !known.has(id) && !taskIds.has(id));
    if (missing.length > 0)
      refuse(`These dependencies are neither in the batch nor do they exist (add them, or look for expired ones): ${listed(missing)}.`);
    const expiring = others.filter((id) => expiresBefore(definition.deadline, known.get(id)?.expires ?? inBatch.get(id)));
    if (expiring.length > 0) refuse(`These dependencies expire before its deadline (${definition.deadline}): ${listed(expiring)}.`);
  }
  return known;
};

const expiresBefore = (deadline: string, expires: string | undefined) => expires !== undefined && expires < deadline;
