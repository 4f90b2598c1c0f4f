import { queueMetrics } from '@taskcluster/contracts';
import type { Queryable } from '@taskcluster/db';
import type { MetricsRegistry } from '@taskcluster/metrics';
import { countQueues } from './store/counts.ts';

/** The gauges of a queue, where metrics are on. */
export interface QueueGauges {
  /** Counts what each task queue has and sets the gauges to it; answers how many queues have series. */
  measure(db: Queryable): Promise<number>;
  /** How long to wait until the next time, in milliseconds. */
  readonly restMs: number;
}

const everyMs = 30_000;
// Counting takes 2 ms of PostgreSQL with a thousand pending tasks, 0.2 s with a million, 0.4 s when there are 10,000 queues and 20,000 workers
// too. However much there is, it is idle for 99 % of the time.
const restShare = 99;

/** Six series each: Prometheus keeps some thousands of them without notice; of a deployment with 10,000 queues it would get 60,000. */
const usualLimit = 1_000;
/** No task queue is called so: their names have a slash. */
const others = 'other';

/** Gauges of at most `limit` task queues and of all others together; nothing while metrics are off. */
export const queueGauges = (metrics: MetricsRegistry | undefined, limit = usualLimit): QueueGauges | undefined => {
  const gauges = metrics?.recorders(queueMetrics);
  let tookMs = 0;
  return (
    gauges && {
      measure: async (db) => {
        const began = performance.now();
        const rows = await countQueues(db, limit);
        tookMs = performance.now() - began;
        const series = (count: (row: (typeof rows)[number]) => number) =>
          rows.map((row) => ({ labels: { taskQueueId: row.taskQueueId ?? others }, value: count(row) }));
        gauges.pendingTasks.set(series((row) => row.pending));
        gauges.claimedTasks.set(series((row) => row.claimed));
        gauges.workers.set(series((row) => row.workers));
        gauges.runningWorkers.set(series((row) => row.running));
        gauges.idleWorkers.set(series((row) => row.idle));
        gauges.quarantinedWorkers.set(series((row) => row.quarantined));
        return rows.length;
      },
      get restMs() {
        return Math.max(everyMs, tookMs * restShare);
      },
    }
  );
};
