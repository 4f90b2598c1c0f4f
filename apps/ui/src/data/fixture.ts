import type { TaskState, TaskStatus } from '@taskcluster/contracts';
import type { TaskRow } from './row.ts';

interface Given {
  readonly taskId?: string;
  readonly state?: TaskState;
  readonly scheduled?: string;
  readonly runs?: number;
  readonly taskQueueId?: string;
}

/** A task's status for a test; its earlier runs, if there are several, were lost with their workers. */
export const status = ({
  taskId = 'a',
  state = 'pending',
  scheduled = '2026-01-01T00:00:00.000Z',
  runs = 1,
  taskQueueId = 'proj/linux',
}: Given = {}): TaskStatus => ({
  taskId,
  provisionerId: 'proj',
  workerType: 'linux',
  taskQueueId,
  schedulerId: '-',
  projectId: 'none',
  taskGroupId: 'group',
  deadline: '2026-01-01T02:00:00.000Z',
  expires: '2027-01-01T00:00:00.000Z',
  retriesLeft: 5,
  state,
  runs:
    state === 'unscheduled'
      ? []
      : Array.from({ length: runs }, (_, runId) => ({
          runId,
          state: runId === runs - 1 ? state : 'exception',
          reasonCreated: 'scheduled',
          scheduled,
        })),
});

/** A row of a list for a test. */
export const row = (
  given: Given & { readonly name?: string; readonly created?: number; readonly owner?: string; readonly tags?: string } = {},
): TaskRow => ({
  taskId: given.taskId ?? 'a',
  name: given.name ?? 'build',
  owner: given.owner ?? 'me@example.com',
  tags: given.tags ?? '',
  created: given.created ?? 0,
  status: status(given),
});
