import { setMaxListeners } from 'node:events';
import { type Client, http } from '@taskcluster/client';
import { type ClaimedTask, object, queue, type TaskCredentials, type TaskStatus } from '@taskcluster/contracts';
import type { Log } from '@taskcluster/log';
import { Problem } from '../task/problem.ts';
import { statusOf } from './status.ts';

/** The worker's hold on one run: credentials that are always fresh, for as long as the queue agrees. */
export interface Claim {
  readonly taskId: string;
  readonly runId: number;
  readonly takenUntil: Date;
  /** Clients that sign with the newest credentials of the task. */
  readonly queue: Client<typeof queue>;
  readonly object: Client<typeof object>;
  /** Aborted, with a Problem for the task's log, when the run is no longer ours: everything stops, and nothing is reported. */
  readonly lost: AbortSignal;
  /** Gives the run up; the reason stands in the worker's log. */
  lose(reason: string): void;
  /** The run is about to be reported: from now on its end is our own doing, and no loss. */
  settle(): void;
  /** The queue has given more time. */
  renew(renewed: { readonly takenUntil: string; readonly credentials: TaskCredentials }): void;
  /** Milliseconds until the claim ends, by the queue's clock. */
  remainingMs(): number;
  /** Asks the queue whether the run is still running, and gives it up if not. Answers whether it is; yes when nobody can tell. */
  verify(): Promise<boolean>;
}

export interface ClaimOptions {
  readonly rootUrl: string;
  readonly log: Log;
}

export const takeClaim = (claimed: ClaimedTask, { rootUrl, log }: ClaimOptions): Claim => {
  const { runId, status } = claimed;
  const { taskId } = status;
  let { credentials, takenUntil } = claimed;
  // The clocks of the queue and of this machine may differ; `started` is the queue's time of a moment ago.
  const aheadMs = clockDifferenceMs(status, runId);
  const lost = new AbortController();
  let settled = false;
  setMaxListeners(0, lost.signal);
  const signed = { rootUrl, credentials: () => credentials };
  const lose = (reason: string) => {
    if (settled || lost.signal.aborted) return;
    log.warn({ reason }, 'the run is no longer ours: its processes are killed and nothing is reported');
    lost.abort(new Problem('internal-error', `task aborted - ${reason}`));
  };
  const queueClient = http(queue, signed);
  return {
    taskId,
    runId,
    get takenUntil() {
      return new Date(takenUntil);
    },
    queue: queueClient,
    object: http(object, signed),
    lost: lost.signal,
    lose,
    settle: () => {
      settled = true;
    },
    renew: (renewed) => {
      ({ takenUntil, credentials } = renewed);
    },
    remainingMs: () => Date.parse(takenUntil) - Date.now() - aheadMs,
    verify: async () => {
      const found = await statusOf(taskId, { rootUrl, withTask: queueClient });
      const run = found?.runs[runId];
      if (run && run.state !== 'running') lose(run.reasonResolved ?? run.state);
      return !lost.signal.aborted;
    },
  };
};

const clockDifferenceMs = (status: TaskStatus, runId: number): number => {
  const started = status.runs[runId]?.started;
  return started === undefined ? 0 : Date.parse(started) - Date.now();
};
