import { CallError } from '@taskcluster/client';
import type { Log } from '@taskcluster/log';
import { backOffMs, pause } from '../pause.ts';
import type { Claim } from './claim.ts';

export interface OwnRunsOptions {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The runs that the worker holds now. */
  readonly claims: () => Iterable<Claim>;
}

// A run that was just claimed is followed after this time.
const lookMs = 500;
const waitSeconds = 25;

/**
 * Asks the queue about each run, with the run's own credentials, in a request that is answered when it ends: for a worker that may not
 * read the event stream, which does the same for all runs with one connection. Ends with the signal; never rejected.
 */
export const followOwnRuns = async ({ log, signal, claims }: OwnRunsOptions): Promise<void> => {
  const followed = new WeakSet<Claim>();
  while (!signal.aborted) {
    for (const claim of claims()) {
      if (followed.has(claim)) continue;
      followed.add(claim);
      void follow(claim, signal).catch((err: unknown) =>
        log.warn({ err }, 'this platform does not tell a run that it has ended: a cancellation is noticed when the claim is prolonged'),
      );
    }
    await pause(lookMs, signal);
  }
};

const follow = async (claim: Claim, signal: AbortSignal): Promise<void> => {
  const { taskId, runId, lost } = claim;
  const either = AbortSignal.any([signal, lost]);
  const known = { taskId, runId: String(runId), state: 'running', runs: String(runId + 1), timeout: String(waitSeconds) };
  for (let failures = 0; !either.aborted;) {
    try {
      const { status } = await claim.queue.awaitStatus(known, undefined, {
        signal: either,
        retries: 0,
        timeoutMs: (waitSeconds + 10) * 1_000,
      });
      failures = 0;
      const run = status.runs[runId];
      if (run && run.state !== 'running') return claim.lose(run.reasonResolved ?? run.state);
    } catch (err) {
      if (either.aborted) return;
      // Another platform, which has no such method, or a run that is gone: its next reclaim finds out.
      if (err instanceof CallError && err.status >= 400 && err.status < 500) throw err;
      await pause(backOffMs(++failures, { firstMs: 250, maxMs: 15_000 }), either);
    }
  }
};
