import type { ClaimedTask, TaskStatus } from '@taskcluster/contracts';
import slugid from 'slugid';
import type { Call } from './load.ts';

/** The calls that the measures make, as clients and workers make them. */
export interface Queue {
  create(task: NewTask): Promise<string>;
  /** Creates a graph of tasks in one request; each depends on some of those before it. */
  createGraph(taskQueueId: string, size: number, dependenciesEach: number): Promise<void>;
  /** Waits up to 20 s for a task. An abort of the signal is an error. */
  claim(taskQueueId: string, options?: { readonly workerId?: string; readonly signal?: AbortSignal }): Promise<ClaimedTask | undefined>;
  /** With the task's own credentials. */
  complete(claimed: ClaimedTask): Promise<void>;
  status(taskId: string): Promise<TaskStatus>;
  pending(taskQueueId: string): Promise<number>;
  /** A queue that nothing was put in yet. */
  readonly newQueue: () => string;
  readonly rootUrl: string;
}
interface NewTask {
  readonly taskQueueId: string;
  readonly taskGroupId?: string;
  readonly dependencies?: readonly string[];
}

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const definition = (task: NewTask) => ({
  schedulerId: 'bench',
  created: inHours(0),
  deadline: inHours(1),
  expires: inHours(24),
  payload: { command: [['true']], maxRunTime: 600, env: { CI: 'true' } },
  metadata: { name: 'bench', description: 'A task of the benchmark', owner: 'bench@example.com', source: 'https://example.com/bench' },
  tags: { kind: 'bench' },
  ...task,
});

export const queueOf = (call: Call, rootUrl: string): Queue => {
  const run = Date.now().toString(36);
  let queues = 0;
  return {
    create: async (task) => {
      const taskId = slugid.nice();
      await call('PUT', `queue/v1/task/${taskId}`, { body: definition(task) });
      return taskId;
    },
    createGraph: async (taskQueueId, size, dependenciesEach) => {
      const ids = Array.from({ length: size }, () => slugid.nice());
      const dependenciesOf = (i: number) =>
        new Set(Array.from({ length: dependenciesEach }, (_, k) => ids[Math.floor((i * (k + 1)) / (dependenciesEach + 1))]));
      const tasks = ids.map((taskId, i) => ({
        taskId,
        task: definition({
          taskQueueId,
          taskGroupId: ids[0]!,
          dependencies: i < dependenciesEach ? [] : ([...dependenciesOf(i)] as string[]),
        }),
      }));
      await call('POST', 'queue/v1/tasks/batch', { body: { tasks } });
    },
    claim: async (taskQueueId, { workerId = 'w0', signal } = {}) => {
      const path = `queue/v1/claim-work/${encodeURIComponent(taskQueueId)}`;
      const answer = await call('POST', path, { body: { tasks: 1, workerGroup: 'bench', workerId }, signal });
      return (answer as { readonly tasks: readonly ClaimedTask[] }).tasks[0];
    },
    complete: async ({ status, runId, credentials }) =>
      void (await call('POST', `queue/v1/task/${status.taskId}/runs/${runId}/completed`, { body: {}, credentials })),
    status: async (taskId) => ((await call('GET', `queue/v1/task/${taskId}/status`)) as { readonly status: TaskStatus }).status,
    pending: async (taskQueueId) =>
      ((await call('GET', `queue/v1/pending/${encodeURIComponent(taskQueueId)}`)) as { readonly pendingTasks: number }).pendingTasks,
    rootUrl,
    newQueue: () => `bench/q-${run}-${++queues}`,
  };
};
