import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancel, report } from './domain/life-cycle.ts';
import {
  aDefinition,
  aQueue,
  claimOne,
  createTask,
  openTestQueue,
  refusal,
  runningTask,
  slugid,
  stateOf,
  type TestQueue,
} from './fixture.ts';
import { claimResolver, deadlineResolver, dependentResolver, groupResolver } from './loops/index.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

describe('claiming', () => {
  test('gives the most urgent first, and equals in the order in which they became pending', async () => {
    const taskQueueId = aQueue();
    const low = await createTask(t, { taskQueueId, priority: 'low' });
    const first = await createTask(t, { taskQueueId, priority: 'high' });
    const second = await createTask(t, { taskQueueId, priority: 'high' });
    const { tasks } = await t.client.claimWork({ taskQueueId }, { tasks: 32, workerGroup: 'g', workerId: 'w' });
    expect(tasks.map((c) => c.status.taskId)).toEqual([first, second, low]);
    expect(await t.announced(first)).toEqual(['task-defined', 'task-pending 0', 'task-running 0']);
  });

  test('gives each run to one of many workers that ask at once', async () => {
    const taskQueueId = aQueue();
    const ids = await Promise.all(Array.from({ length: 40 }, () => createTask(t, { taskQueueId })));
    const claims = await Promise.all(
      Array.from({ length: 25 }, (_, i) => t.client.claimWork({ taskQueueId }, { tasks: 4, workerGroup: 'g', workerId: `w${i}` })),
    );
    const claimed = claims.flatMap((c) => c.tasks.map((task) => task.status.taskId));
    expect(claimed.toSorted()).toEqual(ids.toSorted());
  });

  test('carries credentials for the run and for what the task may do, until the claim ends', async () => {
    const taskQueueId = aQueue();
    const taskId = await createTask(t, { taskQueueId, scopes: ['extra:scope'] });
    const { credentials, takenUntil } = await claimOne(t, taskQueueId);
    const certificate = JSON.parse(credentials.certificate) as { scopes: string[]; expiry: number };
    expect(certificate.scopes).toEqual([
      `queue:reclaim-task:${taskId}/0`,
      `queue:resolve-task:${taskId}/0`,
      `queue:create-artifact:${taskId}/0`,
      'extra:scope',
    ]);
    expect(certificate.expiry).toBe(Date.parse(takenUntil));
    expect(credentials.clientId).toMatch(new RegExp(`^task-client/${taskId}/0/on/group/worker/until/`));
  });

  test('waits for a task and is woken by the commit that brings it', async () => {
    const waiting = await openTestQueue({ CLAIM_WORK_LONG_POLL: '20s', CLAIM_WORK_POLL: '1h' });
    try {
      const claim = claimOne(waiting);
      const taskId = await createTask(waiting);
      expect((await claim).status.taskId).toBe(taskId);
    } finally {
      await waiting.close();
    }
  });

  test('a run that was canceled meanwhile is not given out', async () => {
    const taskQueueId = aQueue();
    const canceled = await createTask(t, { taskQueueId });
    const left = await createTask(t, { taskQueueId });
    await t.client.cancelTask({ taskId: canceled });
    expect((await claimOne(t, taskQueueId)).status.taskId).toBe(left);
    expect(await t.client.taskQueueCounts({ taskQueueId })).toMatchObject({ pendingTasks: 0, claimedTasks: 1 });
  });
});

describe('resolving', () => {
  test('a task that completes releases who waits for it, in the same transaction', async () => {
    const required = await runningTask(t, { taskQueueId: aQueue() });
    const dependent = await createTask(t, { dependencies: [required] });
    expect(await stateOf(t, dependent)).toBe('unscheduled');
    await t.client.reportCompleted({ taskId: required, runId: '0' });
    expect(await stateOf(t, dependent)).toBe('pending');
    expect(await t.announced(dependent)).toEqual(['task-defined', 'task-pending 0']);
  });

  test('a completion without success, as old workers report it, is a failure', async () => {
    const required = await runningTask(t, { taskQueueId: aQueue() });
    const dependent = await createTask(t, { dependencies: [required] });
    const report = t.client.reportCompleted as unknown as (run: object, body: object) => Promise<unknown>;
    await report({ taskId: required, runId: '0' }, { success: false });
    expect([await stateOf(t, required), await stateOf(t, dependent)]).toEqual(['failed', 'unscheduled']);
    expect(await t.announced(required)).toContain('task-failed 0');
    const other = await runningTask(t, { taskQueueId: aQueue() });
    await report({ taskId: other, runId: '0' }, { success: true, more: 'is ignored' });
    expect(await stateOf(t, other)).toBe('completed');
  });

  test('a task that fails releases only who asked for all-resolved; a rerun that completes releases the others', async () => {
    const taskQueueId = aQueue();
    const required = await runningTask(t, { taskQueueId });
    const strict = await createTask(t, { dependencies: [required] });
    const lenient = await createTask(t, { dependencies: [required], requires: 'all-resolved' });
    await t.client.reportFailed({ taskId: required, runId: '0' });
    expect([await stateOf(t, strict), await stateOf(t, lenient)]).toEqual(['unscheduled', 'pending']);
    await t.client.rerunTask({ taskId: required });
    await claimOne(t, taskQueueId);
    await t.client.reportCompleted({ taskId: required, runId: '1' });
    expect(await stateOf(t, strict)).toBe('pending');
  });

  test('whoever waits for many is released by the last, however they end together', async () => {
    const taskQueueId = aQueue();
    const required = await Promise.all(Array.from({ length: 12 }, () => createTask(t, { taskQueueId })));
    const dependent = await createTask(t, { dependencies: required });
    await t.client.claimWork({ taskQueueId }, { tasks: 32, workerGroup: 'g', workerId: 'w' });
    await Promise.all(required.map((taskId) => t.client.reportCompleted({ taskId, runId: '0' })));
    expect(await stateOf(t, dependent)).toBe('pending');
    expect(await t.announced(dependent)).toEqual(['task-defined', 'task-pending 0']);
  });

  test('a dependency that is completed already is not waited for', async () => {
    const required = await runningTask(t, { taskQueueId: aQueue() });
    await t.client.reportCompleted({ taskId: required, runId: '0' });
    expect(await stateOf(t, await createTask(t, { dependencies: [required] }))).toBe('pending');
  });

  test('a task that depends on itself waits for scheduleTask', async () => {
    const taskId = slugid();
    await t.client.createTask({ taskId }, aDefinition(t, { dependencies: [taskId] }));
    expect(await stateOf(t, taskId)).toBe('unscheduled');
    expect((await t.client.scheduleTask({ taskId })).status.state).toBe('pending');
  });

  test('more dependents than one transaction tells are told by the loop', async () => {
    const taskQueueId = aQueue();
    const required = await runningTask(t, { taskQueueId: aQueue() });
    await Promise.all(Array.from({ length: 1_100 }, () => createTask(t, { taskQueueId, dependencies: [required] })));
    await t.client.reportCompleted({ taskId: required, runId: '0' });
    expect((await t.client.pendingTasks({ taskQueueId })).pendingTasks).toBe(1_000);
    expect(await dependentResolver.step(t.queue, 1)).toBe(1);
    expect((await t.client.pendingTasks({ taskQueueId })).pendingTasks).toBe(1_100);
    expect(await dependentResolver.step(t.queue, 1)).toBe(0);
  });

  test('a group is announced as resolved when its last task is', async () => {
    const taskQueueId = aQueue();
    const taskGroupId = await createTask(t, { taskQueueId });
    const second = await createTask(t, { taskQueueId, taskGroupId });
    const { database } = t;
    const { Type } = await import('typebox');
    const { sql } = await import('@taskcluster/db');
    const announcements = async () => {
      await groupResolver.step(t.queue, 100);
      return (
        await database.db.many(
          Type.Object({ id: Type.Integer() }),
          sql`select id from platform.messages where exchange like '%task-group-resolved' and payload ->> 'taskGroupId' = ${taskGroupId}`,
        )
      ).length;
    };
    await t.client.claimWork({ taskQueueId }, { tasks: 2, workerGroup: 'g', workerId: 'w' });
    await t.client.reportCompleted({ taskId: taskGroupId, runId: '0' });
    expect(await announcements()).toBe(0);
    await t.client.reportFailed({ taskId: second, runId: '0' });
    expect(await announcements()).toBe(1);
  });
});

test('what one of several events at once does to another task is seen by the next', async () => {
  const taskQueueId = aQueue();
  const first = await createTask(t, { taskQueueId });
  const dependent = await createTask(t, { taskQueueId, dependencies: [first] });
  await claimOne(t, taskQueueId);
  // In one turn, so that they share a transaction.
  const done = () => t.queue.transit({ taskId: first, decide: (task, now) => report(task, 0, 'completed', now) });
  await Promise.all([done(), done(), t.queue.transit({ taskId: dependent, decide: cancel })]);
  const { status } = await t.client.status({ taskId: dependent });
  expect(status.runs).toMatchObject([{ reasonCreated: 'scheduled', state: 'exception', reasonResolved: 'canceled' }]);
  expect((await t.client.taskQueueCounts({ taskQueueId })).pendingTasks).toBe(0);
});

describe('time', () => {
  test('a run whose claim ran out is ended, and its task is pending again', async () => {
    const queue = await openTestQueue();
    try {
      const taskId = await runningTask(queue, { retries: 1 });
      expect(await claimResolver.step(queue.queue, 32)).toBe(0);
      await queue.clock.advance('21m');
      expect(await claimResolver.step(queue.queue, 32)).toBe(1);
      const { status } = await queue.client.status({ taskId });
      expect(status.runs.map((r) => r.reasonResolved ?? r.state)).toEqual(['claim-expired', 'pending']);
      expect(await queue.announced(taskId)).toEqual([
        'task-defined',
        'task-pending 0',
        'task-running 0',
        'task-exception 0',
        'task-pending 1',
      ]);
      expect(await refusal(queue.client.reportCompleted({ taskId, runId: '0' }))).toBe('RequestConflict');
    } finally {
      await queue.close();
    }
  });

  test('a worker that reclaims keeps its run', async () => {
    const queue = await openTestQueue();
    try {
      const taskId = await runningTask(queue);
      await queue.clock.advance('15m');
      await queue.client.reclaimTask({ taskId, runId: '0' });
      await queue.clock.advance('15m');
      await claimResolver.step(queue.queue, 32);
      expect(await stateOf(queue, taskId)).toBe('running');
    } finally {
      await queue.close();
    }
  });

  test('the deadline resolves whoever is unresolved, a minute later', async () => {
    const queue = await openTestQueue();
    try {
      const pending = await createTask(queue);
      const blocked = await createTask(queue, { dependencies: [pending], requires: 'all-resolved' });
      await queue.clock.advance('2h');
      expect(await deadlineResolver.step(queue.queue, 32)).toBe(0);
      await queue.clock.advance('61s');
      expect(await deadlineResolver.step(queue.queue, 32)).toBe(2);
      for (const taskId of [pending, blocked]) {
        const { status } = await queue.client.status({ taskId });
        expect(status.runs.at(-1)).toMatchObject({ state: 'exception', reasonResolved: 'deadline-exceeded' });
      }
    } finally {
      await queue.close();
    }
  });
});

describe('lists', () => {
  test('a group is listed in pages, each task once', async () => {
    const taskGroupId = await createTask(t);
    for (let i = 0; i < 6; i++) await createTask(t, { taskGroupId });
    const seen: string[] = [];
    let continuationToken: string | undefined;
    do {
      const page = await t.client.listTaskGroup({
        taskGroupId,
        limit: '3',
        ...(continuationToken === undefined ? {} : { continuationToken }),
      });
      seen.push(...page.tasks.map((m) => m.status.taskId));
      ({ continuationToken } = page);
    } while (continuationToken !== undefined);
    expect(seen).toEqual([...new Set(seen)].toSorted());
    expect(seen).toHaveLength(7);
  });

  test('recent tasks and groups are listed newest first', async () => {
    const queue = await openTestQueue();
    try {
      const older = await createTask(queue);
      await queue.clock.advance('1s');
      const newer = await createTask(queue);
      expect((await queue.client.recentTasks({})).tasks.map((x) => x.status.taskId)).toEqual([newer, older]);
      const { groups } = await queue.client.recentGroups({ limit: '1' });
      expect(groups).toMatchObject([{ taskGroupId: newer, name: 'a task', counts: { pending: 1, completed: 0 } }]);
    } finally {
      await queue.close();
    }
  });

  test('several tasks are read at once; unknown ones are left out', async () => {
    const ids = [await createTask(t), await createTask(t)];
    const { statuses } = await t.client.statuses({}, { taskIds: [...ids, slugid()] });
    expect(statuses.map((s) => s.taskId).toSorted()).toEqual(ids.toSorted());
  });
});
