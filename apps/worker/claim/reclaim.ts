import { CallError } from '@taskcluster/client';
import type { Log } from '@taskcluster/log';
import { backOffMs, pause } from '../pause.ts';
import type { Claim } from './claim.ts';

export interface ReclaimOptions {
  readonly reclaimBeforeMs: number;
  readonly log: Log;
  /** The run is over: no more reclaiming. */
  readonly signal: AbortSignal;
}

/**
 * Prolongs a claim again and again until the signal. A refusal ends the claim at once; a platform that does not answer does so only when
 * the claim has run out, since until then the run is ours. Never rejected.
 */
export const keepReclaiming = async (claim: Claim, { reclaimBeforeMs, log, signal }: ReclaimOptions): Promise<void> => {
  const over = AbortSignal.any([signal, claim.lost]);
  while (!over.aborted) {
    await pause(Math.max(shortestPauseMs, reclaimInMs(claim.remainingMs(), reclaimBeforeMs)), over);
    for (let failures = 0; !over.aborted;) {
      const outcome = await reclaim(claim, { log, signal: over });
      if (outcome === 'done') break;
      failures++;
      if (claim.remainingMs() <= 0) claim.lose('the claim ran out while the platform could not be reached');
      else await pause(Math.min(backOffMs(failures, { firstMs: 500, maxMs: 15_000 }), claim.remainingMs()), over);
    }
  }
};

// Should the queue give claims of no length at all.
const shortestPauseMs = 100;

/** When to reclaim: `reclaimBeforeMs` before the end, but for a short claim after a third of it, so that there is time for another try. */
export const reclaimInMs = (remainingMs: number, reclaimBeforeMs: number): number =>
  Math.max(0, remainingMs - reclaimBeforeMs, remainingMs / 3);

const reclaim = async (claim: Claim, { log, signal }: Pick<ReclaimOptions, 'log' | 'signal'>): Promise<'done' | 'again'> => {
  try {
    const timeoutMs = Math.min(20_000, Math.max(1_000, claim.remainingMs()));
    claim.renew(
      await claim.queue.reclaimTask({ taskId: claim.taskId, runId: String(claim.runId) }, undefined, { retries: 0, timeoutMs, signal }),
    );
    log.debug({ takenUntil: claim.takenUntil }, 'reclaimed');
    return 'done';
  } catch (err) {
    if (signal.aborted) return 'done';
    const refused = err instanceof CallError && err.status >= 400 && err.status < 500 && err.status !== 429;
    if (!refused) {
      log.warn({ err }, 'the claim could not be prolonged and this will be tried again');
      return 'again';
    }
    // The status says it best: canceled, deadline-exceeded, claim-expired.
    await claim.verify();
    claim.lose(err.message);
    return 'done';
  }
};
