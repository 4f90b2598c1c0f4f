import { ApiError } from '@taskcluster/api';
import type { QueueService } from '../service.ts';

/** How many runs a task has; 404 without any. */
const countRuns = async ({ findTask }: QueueService, taskId: string): Promise<number> => {
  const task = await findTask(taskId);
  if (!task) throw new ApiError('ResourceNotFound', `There is no task ${taskId}. Did it expire?`);
  if (task.runs.length === 0)
    throw new ApiError(
      'ResourceNotFound',
      `Task ${taskId} has no runs yet, so it has no artifacts. It waits for its dependencies or to be scheduled.`,
    );
  return task.runs.length;
};

/** The run with the highest id, even while it is pending. */
export const latestRun = async (service: QueueService, taskId: string): Promise<number> => (await countRuns(service, taskId)) - 1;

/** A run that exists. */
export const existingRun = async (service: QueueService, taskId: string, runId: number): Promise<number> => {
  const count = await countRuns(service, taskId);
  if (runId < count) return runId;
  throw new ApiError('ResourceNotFound', `Task ${taskId} has no run ${runId}; it has ${count}.`);
};
