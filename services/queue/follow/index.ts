import type { Handlers } from '@taskcluster/api';
import type { queue } from '@taskcluster/contracts';
import { statusOf } from '../domain/task.ts';
import { existingTask } from '../handlers/tasks.ts';
import type { QueueService } from '../service.ts';
import { FollowRoom } from './room.ts';

type FollowHandlers = Pick<Handlers<typeof queue, QueueService>, 'awaitStatus'>;

const usualSeconds = 20;
const maxSeconds = 30;

const rooms = new WeakMap<QueueService, FollowRoom>();
const roomOf = (service: QueueService): FollowRoom => {
  const room = rooms.get(service) ?? new FollowRoom(service);
  rooms.set(service, room);
  return room;
};

/** Waiting for a task to change, for callers that do not read the event stream. */
export const followHandlers: FollowHandlers = {
  awaitStatus: async (service, { params: { taskId }, query: { state, runs, runId = '', timeout }, caller, signal }) => {
    caller.authorize({ taskId, runId });
    const task = await existingTask(service, taskId);
    const known = { state, runs: runs === undefined ? undefined : Number(runs) };
    const { state: current, runs: has } = statusOf(task);
    const same = (state === undefined || current === state) && (known.runs === undefined || has.length === known.runs);
    if (!same || (state === undefined && runs === undefined)) return { status: statusOf(task) };
    const ms = 1_000 * Math.min(Number(timeout ?? usualSeconds), maxSeconds);
    await roomOf(service).wait(taskId, known, { ms, signal });
    return { status: statusOf(await existingTask(service, taskId)) };
  },
};
