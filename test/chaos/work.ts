import { type Credentials, http } from '@taskcluster/client';
import { queue as contract } from '@taskcluster/contracts';
import { attempt, once, type Shared, taskQueueId } from './attempt.ts';
import { claimed, shown, type Status } from './history.ts';
import { leaveArtifacts } from './leave-artifacts.ts';

/** A run that a worker was given. */
interface Claim {
  readonly status: { readonly taskId: string; readonly expires: string };
  readonly runId: number;
  readonly credentials: Credentials;
}

/** A worker: most runs leave artifacts and are completed; some fail, are given back, are forgotten, or are reported twice. */
export const work = async (shared: Shared, workerId: string): Promise<void> => {
  const { queue, history, random, stopping } = shared;
  const options = { ...once, signal: stopping };
  const body = { tasks: 1 + Math.floor(random() * 4), workerGroup: 'chaos', workerId };
  const answer = await attempt(shared, 'claim', () => queue.claimWork({ taskQueueId }, body, options));
  for (const claim of answer?.tasks ?? []) {
    const { status, runId } = claim;
    claimed(history, { taskId: status.taskId, runId, workerId });
    shown(history, status as Status);
    await run(shared, claim);
  }
};

const run = async (shared: Shared, { status: { taskId, expires }, runId, credentials }: Claim): Promise<void> => {
  const { random, rootUrl } = shared;
  const key = { taskId, runId: String(runId) };
  const mine = http(contract, { rootUrl, credentials });
  const chance = random();
  if (chance < 0.05) return; // the worker died
  if (chance < 0.1) await attempt(shared, 'reclaim', () => mine.reclaimTask(key, undefined, once));
  if (random() < 0.4) await leaveArtifacts(shared, mine, { taskId, runId, expires });
  if (chance < 0.2) await attempt(shared, 'report-failed', () => mine.reportFailed(key, undefined, once));
  else if (chance < 0.28)
    await attempt(shared, 'report-exception', () =>
      mine.reportException(key, { reason: random() < 0.5 ? 'worker-shutdown' : 'intermittent-task' }, once),
    );
  else await attempt(shared, 'report-completed', () => mine.reportCompleted(key, undefined, once));
  if (random() < 0.05) await attempt(shared, 'report-again', () => mine.reportCompleted(key, undefined, once));
};
