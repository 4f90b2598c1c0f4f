import type { Handlers } from '@taskcluster/api';
import type { queue } from '@taskcluster/contracts';
import type { QueueService } from '../service.ts';
import { checkBatch } from './check.ts';
import { createBatch } from './create.ts';
import { places } from './places.ts';

type BatchHandlers = Pick<Handlers<typeof queue, QueueService>, 'createTasks'>;

// 10,000 tasks take about 60 MB and two seconds of a core. For each process, whatever services it runs.
const place = places({ atOnce: 2, waiting: 16 });

/** A whole graph of tasks in one call. */
export const batchHandlers: BatchHandlers = {
  createTasks: ({ db, limits, now }, { body: { tasks }, caller }) =>
    place(async () => {
      const { complete, taskIds, problems } = await checkBatch(tasks, { caller, limits, nowMs: now() });
      const { created, states } = await createBatch(db, { requests: complete, taskIds, problems });
      return {
        created,
        existing: tasks.length - created,
        tasks: tasks.map(({ taskId }) => ({ taskId, state: states.get(taskId) ?? 'unscheduled' })),
      };
    }),
};
