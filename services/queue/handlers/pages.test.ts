import { encodeToken } from '@taskcluster/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aQueue, createTask, openTestQueue, refusal, type TestQueue } from '../fixture.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

const impossible = ['2026-02-30T00:00:00Z', '2026-02-29T12:00:00.000Z', '0000-01-01T00:00:00Z', '2026-13-01T00:00:00Z'];

test('a list by time begins at its start with a token of an impossible time', async () => {
  const taskQueueId = aQueue();
  const taskId = await createTask(t, { taskQueueId });
  for (const time of impossible) {
    const continuationToken = encodeToken([time, 'x']);
    expect((await t.client.listPendingTasks({ taskQueueId, continuationToken })).tasks, time).toMatchObject([{ taskId }]);
    expect((await t.client.listClaimedTasks({ taskQueueId, continuationToken })).tasks, time).toEqual([]);
    expect((await t.client.recentTasks({ continuationToken })).tasks, time).toHaveLength(1);
    expect((await t.client.recentGroups({ continuationToken })).groups, time).toHaveLength(1);
    await t.client.searchTasks({ continuationToken });
  }
});

test('a search from or to an impossible time is refused', async () => {
  for (const time of impossible)
    for (const range of [{ from: time }, { to: time }]) {
      await expect(t.client.searchTasks(range), time).rejects.toMatchObject({ code: 'InputError' });
      await expect(t.client.searchTasks(range), time).rejects.toThrow(`There is no such time as ${time}`);
    }
  expect(await refusal(t.client.searchTasks({ from: '2028-02-29T00:00:00Z' }))).toBe('nothing was refused');
});
