import { metrics } from '../metrics.ts';

const labels = { taskQueueId: 'The task queue; `other` for all those together that have no series of their own.' } as const;

/** What the queue measures for each task queue, every half minute (queue.md, section 8, "queue-metrics"). */
export const queueMetrics = metrics({
  pendingTasks: {
    name: 'queue_pending_tasks',
    type: 'gauge',
    title: 'Pending tasks',
    description: 'How many tasks wait for a worker.',
    labels,
  },
  claimedTasks: {
    name: 'queue_claimed_tasks',
    type: 'gauge',
    title: 'Claimed tasks',
    description: 'How many tasks workers have claimed and not reported on yet.',
    labels,
  },
  workers: {
    name: 'queue_workers_total',
    type: 'gauge',
    title: 'Workers',
    description: 'How many workers are known: they asked for work within a day, or were declared, or are quarantined.',
    labels,
  },
  runningWorkers: {
    name: 'queue_running_workers',
    type: 'gauge',
    title: 'Running workers',
    description: 'How many workers have claimed a task.',
    labels,
  },
  idleWorkers: {
    name: 'queue_idle_workers',
    type: 'gauge',
    title: 'Idle workers',
    description: 'How many known workers have claimed no task and are not quarantined. Some may be gone: a worker does not say goodbye.',
    labels,
  },
  quarantinedWorkers: {
    name: 'queue_quarantined_workers',
    type: 'gauge',
    title: 'Quarantined workers',
    description: 'How many workers are quarantined.',
    labels,
  },
});
