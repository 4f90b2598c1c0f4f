import { http, pages } from '@taskcluster/client';
import { queue as contract } from '@taskcluster/contracts';
import type { Log } from '@taskcluster/log';
import type { RunningPlatform } from './platform.ts';

export interface WorkerIdentity {
  readonly taskQueueId: string;
  readonly workerGroup: string;
  readonly workerId: string;
}

/**
 * Gives back what the built-in worker held when the process was killed: its data folder is ours alone, so nobody works on those runs any
 * more. They are retried now instead of when their claims end (20 minutes). Answers how many there were.
 */
export const returnClaims = async ({ rootUrl, rootCredentials }: RunningPlatform, worker: WorkerIdentity, log: Log): Promise<number> => {
  const queue = http(contract, { rootUrl, credentials: rootCredentials });
  const { taskQueueId, workerGroup, workerId } = worker;
  const held: { readonly taskId: string; readonly runId: string }[] = [];
  const list = pages((token) => queue.listClaimedTasks({ taskQueueId, ...(token === undefined ? {} : { continuationToken: token }) }));
  for await (const { tasks } of list) {
    for (const task of tasks)
      if (task.workerGroup === workerGroup && task.workerId === workerId) held.push({ taskId: task.taskId, runId: String(task.runId) });
  }
  for (const run of held) {
    await queue
      .reportException(run, { reason: 'worker-shutdown' })
      .catch((err: unknown) => log.warn({ err, ...run }, 'a run that the killed worker held is left to the end of its claim'));
  }
  return held.length;
};
