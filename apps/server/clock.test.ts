import { http } from '@taskcluster/client/http';
import { queue } from '@taskcluster/contracts';
import { authorizationHeader } from '@taskcluster/hawk';
import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { testPlatform } from './testing.ts';

const minute = 60_000;
const slugid = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');

test.each([10, -10])('W7: a worker keeps its claim when the clock of the platform is wrong by %i minutes', async (minutes) => {
  const platform = await testPlatform(inject('postgres'), {}, { processNow: () => Date.now() + minutes * minute });
  try {
    const taskId = slugid();
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    await platform.clients.queue.createTask(
      { taskId },
      {
        taskQueueId: 'test/clocks',
        created: at(0),
        deadline: at(60 * minute),
        metadata: { name: 'a task', description: 'for a test', owner: 'tests@example.com', source: 'https://example.com/' },
        payload: {},
      },
    );
    // Its first claim lasts a minute.
    const { tasks } = await platform.clients.queue.claimWork(
      { taskQueueId: 'test/clocks' },
      { tasks: 1, workerGroup: 'g', workerId: 'w' },
      { prefer: 'acknowledge-claims' },
    );
    const [claimed] = tasks;
    if (!claimed) throw new Error('There was nothing to claim.');
    const run = { taskId, runId: '0' };
    const place = { rootUrl: platform.rootUrl, sign: authorizationHeader };
    const { credentials } = await http(queue, { ...place, credentials: claimed.credentials }).reclaimTask(run);
    const worker = http(queue, { ...place, credentials });
    expect((await worker.reportCompleted(run)).status.state).toBe('completed');
  } finally {
    await platform.close();
  }
});
