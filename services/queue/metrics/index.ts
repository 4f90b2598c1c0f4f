import type { Loop } from '@taskcluster/loop';
import type { QueueService } from '../service.ts';
import type { QueueGauges } from './gauges.ts';

export { queueGauges } from './gauges.ts';

/** A queue that may measure itself. */
export interface MeasuredQueue extends QueueService {
  /** Absent while metrics are off. */
  readonly gauges?: QueueGauges | undefined;
}

const dayMs = 86_400_000;

/**
 * Counts what each task queue has (queue.md, section 8, "queue-metrics"). Every process with metrics counts for itself, so that
 * whichever of them is read knows all.
 */
export const measureQueues: Loop<MeasuredQueue> = {
  name: 'queue: metrics',
  idleMs: ({ gauges }) => gauges?.restMs ?? dayMs,
  // One step does all there is.
  batch: Infinity,
  step: async ({ db, gauges }) => gauges?.measure(db) ?? 0,
};
