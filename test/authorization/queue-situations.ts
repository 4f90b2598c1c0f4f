import type { TestPlatform } from '@taskcluster/server/testing';
import { inHours, slugid } from './samples.ts';
import type { Arrange, Situation } from './situations.ts';

const [provisionerId, workerType] = ['sample', 'authorized'] as const;
const taskQueueId = `${provisionerId}/${workerType}`;
const worker = { workerGroup: 'sample-group', workerId: 'sample-worker' };
const [schedulerId, projectId] = ['sample-scheduler', 'sample-project'] as const;

const definition = (more: object = {}) => ({
  taskQueueId,
  schedulerId,
  projectId,
  created: inHours(0),
  deadline: inHours(2),
  expires: inHours(24),
  payload: {},
  metadata: { name: 'sample', description: '', owner: 'someone@example.com', source: 'https://example.com/' },
  ...more,
});

const aTask = async ({ clients }: TestPlatform, more: object = {}): Promise<string> => {
  const taskId = slugid();
  await clients.queue.createTask({ taskId }, definition(more));
  return taskId;
};
const aRun = async (t: TestPlatform): Promise<{ readonly taskId: string; readonly runId: string }> => {
  const taskId = await aTask(t);
  await t.clients.queue.claimTask({ taskId, runId: '0' }, worker);
  return { taskId, runId: '0' };
};

/** A task that others may steer: by its group, by its project, or by whoever is its scheduler. */
const steered: Arrange = async (t) => {
  const taskGroupId = slugid();
  const taskId = await aTask(t, { taskGroupId });
  return [{ params: { taskId }, scopes: { taskId, taskGroupId, schedulerId, projectId } }];
};
const ofGroup =
  (body?: object): Arrange =>
  async (t) => {
    const taskGroupId = slugid();
    await aTask(t, { taskGroupId });
    // A group is canceled when it is sealed.
    await t.clients.queue.sealTaskGroup({ taskGroupId });
    return [{ params: { taskGroupId }, ...(body && { body }), scopes: { schedulerId, taskGroupId } }];
  };
const several: Arrange = async (t) => {
  const taskIds = [await aTask(t), await aTask(t)];
  return [{ params: {}, body: { taskIds }, scopes: { taskIds } }];
};

/** An artifact, and a link to it, which needs the scopes of both names. */
const artifacts =
  (withRun: boolean): Arrange =>
  async (t) => {
    const { taskId, runId } = await aRun(t);
    const create = (name: string, body: object) => t.clients.queue.createArtifact({ taskId, runId, name }, body as never);
    await create('sample/data', { storageType: 'reference', expires: inHours(1), url: 'https://example.com/', contentType: 'text/plain' });
    await create('sample/link', { storageType: 'link', expires: inHours(1), artifact: 'sample/data', contentType: 'text/plain' });
    const asking = (name: string, names: readonly string[]): Situation => ({
      params: { taskId, name, ...(withRun && { runId }) },
      scopes: { names },
    });
    return [asking('sample/data', ['sample/data']), asking('sample/link', ['sample/link', 'sample/data'])];
  };

export const queueSituations: Readonly<Record<string, Arrange>> = {
  'queue.tasks': several,
  'queue.statuses': several,
  'queue.createTask': async () => {
    const [scopes, routes] = [
      ['sample:one', 'sample:two'],
      ['sample.one', 'sample.two'],
    ];
    const filled = { scopes, routes, projectId, schedulerId, provisionerId, workerType };
    const creating = (more: object): Situation['body'] => definition({ scopes, routes, ...more });
    return [
      {
        params: { taskId: slugid() },
        body: creating({ priority: 'high' }),
        scopes: { ...filled, priorities: ['high', 'very-high', 'highest'] },
      },
      {
        params: { taskId: slugid() },
        body: creating({ priority: 'highest', taskQueueId: undefined, provisionerId, workerType }),
        scopes: { ...filled, priorities: ['highest'] },
      },
      {
        params: { taskId: slugid() },
        body: creating({ priority: 'highest', schedulerId: undefined, projectId: undefined, scopes: undefined, routes: undefined }),
        scopes: { scopes: [], routes: [], projectId: 'none', schedulerId: '-', provisionerId, workerType, priorities: ['highest'] },
      },
    ];
  },
  'queue.createTasks': async () => {
    const [scopes, routes] = [['sample:one'], ['sample.one']];
    const tasks = [1, 2].map(() => ({ taskId: slugid(), task: definition({ scopes, routes, priority: 'highest' }) }));
    return [
      {
        params: {},
        body: { tasks },
        scopes: { scopes, routes, projectId, schedulerId, provisionerId, workerType, priorities: ['highest'] },
      },
    ];
  },
  'queue.awaitStatus': async (t) => {
    const { taskId, runId } = await aRun(t);
    return [{ params: { taskId }, query: { runId }, scopes: { taskId, runId } }];
  },
  'queue.scheduleTask': steered,
  'queue.rerunTask': steered,
  'queue.cancelTask': steered,
  'queue.changeTaskPriority': async (t) => {
    const taskId = await aTask(t);
    return [{ params: { taskId }, body: { newPriority: 'low' }, scopes: { taskId, taskQueueId } }];
  },
  'queue.cancelTaskGroup': ofGroup(),
  'queue.sealTaskGroup': ofGroup(),
  'queue.changeTaskGroupPriority': ofGroup({ newPriority: 'low' }),
  'queue.claimWork': async () => [{ params: { taskQueueId }, body: { ...worker, tasks: 1 }, scopes: { taskQueueId, ...worker } }],
  'queue.claimTask': async (t) => [
    { params: { taskId: await aTask(t), runId: '0' }, body: worker, scopes: { provisionerId, workerType, ...worker } },
  ],
  'queue.declareWorker': async () => {
    const params = { provisionerId, workerType, ...worker };
    return [{ params, body: { expires: inHours(2) }, scopes: { ...params, properties: ['expires'] } }];
  },
  'queue.getArtifact': artifacts(true),
  'queue.artifact': artifacts(true),
  'queue.getLatestArtifact': artifacts(false),
  'queue.latestArtifact': artifacts(false),
};
