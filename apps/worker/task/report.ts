import { CallError } from '@taskcluster/client';
import type { Log } from '@taskcluster/log';
import type { Claim } from '../claim/claim.ts';
import { backOffMs, pause } from '../pause.ts';
import type { Resolution } from './problem.ts';

const pauses = { firstMs: 250, maxMs: 10_000 } as const;

export interface ReportOptions {
  readonly log: Log;
  /** No further try after this: the worker has to stop. */
  readonly signal: AbortSignal;
}

/**
 * Tells the queue how the run ended, again and again while the platform does not answer and the claim lasts. A refusal is only noted: the
 * run has ended otherwise, and that stands. Never rejected. Answers whether the queue took it.
 */
export const report = async (claim: Claim, resolution: Resolution, { log, signal }: ReportOptions): Promise<boolean> => {
  const run = { taskId: claim.taskId, runId: String(claim.runId) };
  for (let failures = 0; ;) {
    try {
      const once = { retries: 0 } as const;
      if (resolution === 'completed') await claim.queue.reportCompleted(run, undefined, once);
      else if (resolution === 'failed') await claim.queue.reportFailed(run, undefined, once);
      else await claim.queue.reportException(run, { reason: resolution }, once);
      log.info({ resolution }, 'the run was reported');
      return true;
    } catch (err) {
      const refused = err instanceof CallError && err.status >= 400 && err.status < 500 && err.status !== 429;
      failures++;
      const pauseMs = backOffMs(failures, pauses);
      if (refused || signal.aborted || claim.remainingMs() < pauseMs) {
        log.warn({ err, resolution }, 'the run could not be reported; the queue will end it in its own way');
        return false;
      }
      await pause(pauseMs, signal);
    }
  }
};
