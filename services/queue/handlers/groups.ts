import { ApiError, type Handlers } from '@taskcluster/api';
import type { queue, TaskDefinition } from '@taskcluster/contracts';
import { priorityOf, statusOf } from '../domain/task.ts';
import { decodeToken, encodeToken, pageLimit } from '../page-token.ts';
import type { QueueService } from '../service.ts';
import { findGroup } from '../store/groups.ts';
import { groupTasks, recentGroups, recentTasks } from '../store/lists.ts';

type GroupHandlers = Pick<Handlers<typeof queue, QueueService>, 'listTaskGroup' | 'getTaskGroup' | 'recentTasks' | 'recentGroups'>;

const existingGroup = async (service: QueueService, taskGroupId: string) => {
  const group = await findGroup(service.db, taskGroupId);
  if (!group)
    throw new ApiError('ResourceNotFound', `There is no task group ${taskGroupId}. A group exists once a task was created in it.`);
  const { sealed, schedulerId, expires } = group;
  return { taskGroupId, schedulerId, expires, ...(sealed === null ? {} : { sealed }) };
};

/** A page is fetched with one row more than it shows: only then is there a next one. */
const cut = <T>(rows: readonly T[], limit: number, tokenOf: (last: T) => string) => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last !== undefined ? { continuationToken: tokenOf(last) } : {} };
};

/** Where a list by time goes on: the time and the id of the last row. */
const placeOf = (token: string | undefined): readonly [string, string] | undefined => {
  const [time, id] = decodeToken(token, 2) ?? [];
  return typeof time === 'string' &&
    typeof id === 'string' &&
    /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(time) &&
    !Number.isNaN(Date.parse(time))
    ? [time, id]
    : undefined;
};

export const groupHandlers: GroupHandlers = {
  getTaskGroup: (service, { params: { taskGroupId } }) => existingGroup(service, taskGroupId),

  listTaskGroup: async (service, { params: { taskGroupId }, query: { continuationToken, limit } }) => {
    const group = await existingGroup(service, taskGroupId);
    const size = pageLimit(limit);
    const [after = ''] = decodeToken(continuationToken, 1) ?? [];
    const { page, next } = cut(await groupTasks(service.db, taskGroupId, String(after), size + 1), size, (t) => encodeToken([t.taskId]));
    return {
      ...group,
      tasks: page.map((t) => ({ status: statusOf(t), task: { ...(t.definition as TaskDefinition), priority: priorityOf(t.rank) } })),
      ...next,
    };
  },

  recentTasks: async ({ db }, { query: { continuationToken, limit } }) => {
    const size = pageLimit(limit);
    const { page, next } = cut(await recentTasks(db, placeOf(continuationToken), size + 1), size, (t) =>
      encodeToken([t.created, t.taskId]),
    );
    return {
      tasks: page.map((t) => ({ status: statusOf(t), task: { ...(t.definition as TaskDefinition), priority: priorityOf(t.rank) } })),
      ...next,
    };
  },

  recentGroups: async ({ db }, { query: { continuationToken, limit } }) => {
    const size = pageLimit(limit);
    const { page, next } = cut(await recentGroups(db, placeOf(continuationToken), size + 1), size, (g) =>
      encodeToken([g.created, g.taskGroupId]),
    );
    const zero = { unscheduled: 0, pending: 0, running: 0, completed: 0, failed: 0, exception: 0 };
    return { groups: page.map(({ counts, name, ...g }) => ({ ...g, name: name ?? '', counts: { ...zero, ...counts } })), ...next };
  },
};
