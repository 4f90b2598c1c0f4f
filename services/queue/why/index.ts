import type { Handlers } from '@taskcluster/api';
import type { queue } from '@taskcluster/contracts';
import { ScopeSet } from '@taskcluster/scopes';
import { existingTask } from '../handlers/tasks.ts';
import type { QueueService } from '../service.ts';
import { whyOf } from './domain/why.ts';
import { gatherFacts } from './gather.ts';

type WhyHandlers = Pick<Handlers<typeof queue, QueueService>, 'why'>;

/** Why a task is not running. */
export const whyHandlers: WhyHandlers = {
  why: async (service, { params: { taskId }, caller }) => {
    const task = await existingTask(service, taskId);
    const held = ScopeSet.of(caller.scopes());
    // A worker that asks without getting anything is written once in `workerInfoMs`: until then its silence says nothing.
    const staleMs = service.config.workerInfoMs + service.config.longPollMs;
    const { deadlineDelayMs } = service.config;
    return whyOf(await gatherFacts({ db: service.db, task, may: (scope) => held.has(scope), staleMs, deadlineDelayMs }));
  },
};
