import { ApiError, type Handlers, respond } from '@taskcluster/api';
import type { queue } from '@taskcluster/contracts';
import { claimTask } from '../claim-task.ts';
import { giveBack, reclaim, report, reportException } from '../domain/life-cycle.ts';
import { statusOf } from '../domain/task.ts';
import type { QueueService } from '../service.ts';
import { countTasks } from '../store/claims.ts';
import { existingTask } from './tasks.ts';

type Queue = Handlers<typeof queue, QueueService>;
type WorkerHandlers = Pick<
  Queue,
  'claimWork' | 'claimTask' | 'reclaimTask' | 'reportCompleted' | 'reportFailed' | 'reportException' | 'pendingTasks' | 'taskQueueCounts'
>;

/** A worker that sends this in `Prefer` knows that its first claims are short. A request of the v1 API has no room for it elsewhere. */
const acknowledgePreference = 'acknowledge-claims';
const prefersAcknowledging = (prefer: string | undefined): boolean =>
  prefer?.split(',').some((preference) => preference.trim().toLowerCase() === acknowledgePreference) ?? false;

const resolve = async (service: QueueService, taskId: string, runId: string, state: 'completed' | 'failed') => ({
  status: statusOf(await service.transit({ taskId, decide: (task, now) => report(task, Number(runId), state, now) })),
});

/** Old workers report a failure as a completion without success (queue.md, section 7). */
const saysFailed = (body: unknown): boolean => typeof body === 'object' && body !== null && 'success' in body && body.success === false;

export const workerHandlers: WorkerHandlers = {
  claimWork: async (
    service,
    { params: { taskQueueId }, body: { workerGroup, workerId, tasks }, caller, signal, headers, onUndelivered },
  ) => {
    caller.authorize({ taskQueueId, workerGroup, workerId });
    const { claims, config, seen, log } = service;
    await seen({ taskQueueId, workerGroup, workerId });
    const acknowledges = prefersAcknowledging(headers.prefer);
    const claimMs = acknowledges ? Math.min(config.firstClaimMs, config.claimTimeoutMs) : config.claimTimeoutMs;
    const claimed = await claims.claim({ taskQueueId, workerGroup, workerId, tasks, claimMs }, { waitMs: config.longPollMs, signal });
    if (claimed.length > 0) {
      onUndelivered(() => {
        for (const { status, runId, takenUntil } of claimed)
          service
            .transit({ taskId: status.taskId, decide: (task, now) => giveBack(task, { runId, takenUntil }, now) })
            .catch((err: unknown) =>
              log.warn({ err, taskId: status.taskId, runId }, 'a claim that reached no worker was not given back; it will run out'),
            );
      });
    }
    const answer = { tasks: [...claimed] };
    return acknowledges ? respond(200, { 'preference-applied': acknowledgePreference }, answer) : answer;
  },

  claimTask: async (service, { params: { taskId, runId }, body: { workerGroup, workerId }, caller }) => {
    const { taskQueueId } = await existingTask(service, taskId);
    const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
    caller.authorize({ provisionerId, workerType, workerGroup, workerId });
    return claimTask(service, { taskId, runId: Number(runId), taskQueueId, workerGroup, workerId });
  },

  reclaimTask: async (service, { params: { taskId, runId } }) => {
    const { config, issueCredentials } = service;
    const run = Number(runId);
    const task = await service.transit({
      taskId,
      decide: (t, now) => reclaim(t, { runId: run, claimTimeoutMs: config.claimTimeoutMs }, now),
    });
    const { workerGroup = '', workerId = '', takenUntil = '' } = task.runs[run] ?? {};
    await service.seen({ taskQueueId: task.taskQueueId, workerGroup, workerId });
    const definition = await service.findDefinition(taskId);
    if (!definition) throw new ApiError('ResourceNotFound', `There is no task ${taskId}. Did it expire?`);
    const credentials = issueCredentials({ task, runId: run, workerGroup, workerId, takenUntil, scopes: definition.scopes ?? [] });
    return { status: statusOf(task), runId: run, workerGroup, workerId, takenUntil, credentials };
  },

  reportCompleted: async (service, { params: { taskId, runId }, uncheckedBody }) =>
    resolve(service, taskId, runId, saysFailed(uncheckedBody) ? 'failed' : 'completed'),

  reportFailed: async (service, { params: { taskId, runId } }) => resolve(service, taskId, runId, 'failed'),

  reportException: async (service, { params: { taskId, runId }, body: { reason } }) => ({
    status: statusOf(await service.transit({ taskId, decide: (task, now) => reportException(task, Number(runId), reason, now) })),
  }),

  pendingTasks: async ({ db }, { params: { taskQueueId } }) => {
    const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
    const { pending } = await countTasks(db, taskQueueId);
    return { provisionerId, workerType, taskQueueId, pendingTasks: pending };
  },

  taskQueueCounts: async ({ db }, { params: { taskQueueId } }) => {
    const [provisionerId = '', workerType = ''] = taskQueueId.split('/');
    const { pending, claimed } = await countTasks(db, taskQueueId);
    return { provisionerId, workerType, taskQueueId, pendingTasks: pending, claimedTasks: claimed };
  },
};
