import type { Database } from '@taskcluster/db';
import type { Log } from '@taskcluster/log';
import { type Claim, ClaimLine, type ClaimRequest } from './claim-line.ts';
import { queuesWithWork } from './store/claims.ts';
import { channels } from './transitions.ts';

export interface ClaimRoomOptions<T> {
  readonly db: Database;
  readonly log: Log;
  readonly claim: Claim<T>;
  /** How often queues with waiting requests are looked at when nothing wakes them, in milliseconds. */
  readonly pollMs: number;
}

/**
 * Where claimWork requests wait, a line for each queue. A commit that makes a task pending wakes the line of its queue;
 * looking now and then is only the net under it.
 */
export interface ClaimRoom<T> {
  /** Answers as soon as at least one task was claimed; an empty list after `waitMs`, or when `signal` is aborted. */
  claim(request: ClaimRequest, options: { readonly waitMs: number; readonly signal: AbortSignal }): Promise<readonly T[]>;
  close(): void;
}

export const openClaimRoom = <T>({ db, log, claim, pollMs }: ClaimRoomOptions<T>): ClaimRoom<T> => {
  const lines = new Map<string, ClaimLine<T>>();
  const report = (err: unknown) => log.error({ err }, 'claims cannot be served');
  const serve = (taskQueueId: string) => lines.get(taskQueueId)?.serve();

  const off = db.wakeups.on(channels.pending, (taskQueueId) => {
    for (const id of taskQueueId === '' ? lines.keys() : [taskQueueId]) void serve(id)?.catch(report);
  });
  const poll = async () => {
    if (lines.size === 0) return;
    for (const { taskQueueId } of await queuesWithWork(db, [...lines.keys()])) await serve(taskQueueId);
  };
  const timer = setInterval(() => void poll().catch(report), pollMs).unref();

  return {
    claim: async (request, { waitMs, signal }) => {
      const { taskQueueId } = request;
      const line = lines.get(taskQueueId) ?? new ClaimLine(taskQueueId, claim);
      lines.set(taskQueueId, line);
      const claimed = line.join(request, waitMs, signal);
      void line.serve().catch(report);
      try {
        return await claimed;
      } finally {
        if (line.isEmpty) lines.delete(taskQueueId);
      }
    },
    close() {
      off();
      clearInterval(timer);
    },
  };
};
