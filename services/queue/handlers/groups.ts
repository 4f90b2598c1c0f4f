import { ApiError, cut, encodeToken, type Handlers, pageLimit, textsIn } from '@taskcluster/api';
import type { queue, TaskDefinition } from '@taskcluster/contracts';
import { priorityOf, rankOf, statusOf } from '../domain/task.ts';
import { appendMessages } from '@taskcluster/bus';
import { cancelGroup } from '../cancel-group.ts';
import { type Group, groupSealed } from '../domain/announce.ts';
import { setGroupPriority } from '../priorities.ts';
import { placeOf } from './pages.ts';
import type { QueueService } from '../service.ts';
import { findGroup, groupSize, sealGroup } from '../store/groups.ts';
import { groupTasks, recentGroups, recentTasks } from '../store/lists.ts';

type GroupHandlers = Pick<
  Handlers<typeof queue, QueueService>,
  'listTaskGroup' | 'getTaskGroup' | 'recentTasks' | 'recentGroups' | 'cancelTaskGroup' | 'sealTaskGroup' | 'changeTaskGroupPriority'
>;

const unknownGroup = (taskGroupId: string) =>
  new ApiError('ResourceNotFound', `There is no task group ${taskGroupId}. A group exists once a task was created in it.`);

const existingGroup = async (service: QueueService, taskGroupId: string) => {
  const group = await findGroup(service.db, taskGroupId);
  if (!group) throw unknownGroup(taskGroupId);
  return group;
};

const shown = ({ taskGroupId, schedulerId, expires, sealed }: Group) => ({
  taskGroupId,
  schedulerId,
  expires,
  ...(sealed === null ? {} : { sealed }),
});

export const groupHandlers: GroupHandlers = {
  getTaskGroup: async (service, { params: { taskGroupId } }) => shown(await existingGroup(service, taskGroupId)),

  listTaskGroup: async (service, { params: { taskGroupId }, query: { continuationToken, limit } }) => {
    const group = await existingGroup(service, taskGroupId);
    const size = pageLimit(limit);
    const [after = ''] = textsIn(continuationToken, 1);
    const { page, next } = cut(await groupTasks(service.db, taskGroupId, after, size + 1), size, (t) => encodeToken([t.taskId]));
    return {
      ...shown(group),
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

  cancelTaskGroup: async (service, { params: { taskGroupId }, caller }) => {
    const { schedulerId, sealed } = await existingGroup(service, taskGroupId);
    if (sealed === null)
      throw new ApiError(
        'RequestConflict',
        `Task group ${taskGroupId} is not sealed, so tasks could join it while it is canceled. Call sealTaskGroup first.`,
      );
    caller.authorize({ schedulerId, taskGroupId });
    const taskIds = await cancelGroup(service.db, taskGroupId);
    return { taskGroupId, taskGroupSize: await groupSize(service.db, taskGroupId), cancelledCount: taskIds.length, taskIds };
  },

  sealTaskGroup: async (service, { params: { taskGroupId }, caller }) => {
    const { schedulerId } = await existingGroup(service, taskGroupId);
    caller.authorize({ schedulerId, taskGroupId });
    const sealed = await service.db.tx(async (tx) => {
      const group = await sealGroup(tx, taskGroupId);
      if (group) await appendMessages(tx, [groupSealed(group)]);
      return group;
    }, 'queue.seal');
    if (!sealed) throw unknownGroup(taskGroupId);
    return shown(sealed);
  },

  changeTaskGroupPriority: async (service, { params: { taskGroupId }, body: { newPriority }, caller }) => {
    const { schedulerId } = await existingGroup(service, taskGroupId);
    caller.authorize({ schedulerId, taskGroupId });
    const taskIds = await setGroupPriority(service.db, { taskGroupId, schedulerId }, rankOf(newPriority));
    return { taskGroupId, schedulerId, newPriority, tasksAffected: taskIds.length, taskIds };
  },
};
