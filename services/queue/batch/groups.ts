import type { Tx } from '@taskcluster/db';
import { groupOf, groupProblems, plusHour, schedulerOf } from '../domain/creation.ts';
import { shareGroups } from '../store/groups.ts';
import type { BatchRequest } from './create.ts';
import type { Problem } from './domain/problems.ts';
import { reserveGroups } from './store/groups.ts';

/**
 * Every group exists, belongs to the scheduler that its tasks name, is not sealed and outlives them (queue.md, section 4, step 9); it
 * stays so until the transaction ends. Answers the time of the transaction.
 */
export const joinGroups = async (tx: Tx, requests: readonly BatchRequest[], problems: Problem[]): Promise<string> => {
  const wanted = new Map<string, { taskGroupId: string; schedulerId: string; expires: string }>();
  for (const request of requests) {
    const taskGroupId = groupOf(request);
    const { expires, deadline } = request.definition;
    const known = wanted.get(taskGroupId);
    const until = expires ?? deadline;
    // ISO times with milliseconds: the order of the texts is that of the times.
    if (!known) wanted.set(taskGroupId, { taskGroupId, schedulerId: schedulerOf(request), expires: until });
    else if (until > known.expires) known.expires = until;
  }
  const ids = [...wanted.keys()].toSorted();
  if (ids.length === 0) return '';
  // Before the lock is shared with others: two who hold it together and both want to extend the group would wait for each other.
  await reserveGroups(
    tx,
    [...wanted.values()].map((g) => ({ ...g, lasting: plusHour(g.expires) })),
  );
  const groups = new Map((await shareGroups(tx, ids)).map((g) => [g.taskGroupId, g]));
  for (const request of requests) {
    const group = groups.get(groupOf(request));
    if (!group) continue;
    const { index, taskId } = request;
    for (const message of groupProblems(group, request)) problems.push({ index, taskId, code: 'RequestConflict', message });
  }
  return [...groups.values()][0]?.now ?? '';
};
