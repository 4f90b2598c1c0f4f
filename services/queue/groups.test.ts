import { outsideTransaction, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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
import { groupBatch } from './priorities.ts';
import { shareGroups } from './store/groups.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

const Count = Type.Object({ count: Type.Integer() });

/** The payloads of the messages of one kind about a group. */
const messagesOf = async (kind: string, taskGroupId: string) =>
  (
    await t.database.db.many(
      Type.Object({ payload: Type.Unsafe<object>({}) }),
      sql`select payload from platform.messages where exchange like ${`%/${kind}`} and payload ->> 'taskGroupId' = ${taskGroupId} order by id`,
    )
  ).map((m) => m.payload);

const aGroup = async (size: number, changes = {}) => {
  const taskGroupId = slugid();
  const taskIds = await Promise.all(Array.from({ length: size }, () => createTask(t, { taskGroupId, ...changes })));
  return { taskGroupId, taskIds };
};

describe('a group', () => {
  test('lasts an hour longer than the task that made it or outlived it, as if tasks that come in together came one after the other', async () => {
    const begun = t.clock.now();
    const at = (hours: number) => new Date(begun + hours * 3_600_000).toISOString();
    const taskGroupId = slugid();
    await createTask(t, { taskGroupId, expires: at(72) });
    expect((await t.client.getTaskGroup({ taskGroupId })).expires).toBe(at(73));
    // In one turn, so in one transaction: the first makes it last until 101 hours from now, which is enough for the second.
    await Promise.all([createTask(t, { taskGroupId, expires: at(100) }), createTask(t, { taskGroupId, expires: at(100.5) })]);
    expect((await t.client.getTaskGroup({ taskGroupId })).expires).toBe(at(101));
    await Promise.all([createTask(t, { taskGroupId, expires: at(101.5) }), createTask(t, { taskGroupId, expires: at(104) })]);
    expect((await t.client.getTaskGroup({ taskGroupId })).expires).toBe(at(105));
  });

  test('is joined first by those of a transaction that are refused for their dependencies, also under an id that another one takes', async () => {
    const begun = t.clock.now();
    const at = (hours: number) => new Date(begun + hours * 3_600_000).toISOString();
    const [taskGroupId, taskId] = [slugid(), slugid()];
    const fit = aDefinition(t, { taskGroupId, expires: at(72) });
    const unfit = { ...fit, dependencies: [slugid()], expires: at(72.5) };
    expect(await Promise.all([fit, unfit].map((definition) => refusal(t.client.createTask({ taskId }, definition))))).toEqual([
      'nothing was refused',
      'InputError',
    ]);
    expect((await t.client.getTaskGroup({ taskGroupId })).expires).toBe(at(73.5));
    expect(await refusal(t.client.createTask({ taskId }, unfit))).toBe('RequestConflict');
  });
});

describe('sealing a group', () => {
  test('keeps new tasks out, also repeats, and keeps its first time', async () => {
    const taskId = slugid();
    const definition = aDefinition(t);
    await t.client.createTask({ taskId }, definition);
    const { sealed } = await t.client.sealTaskGroup({ taskGroupId: taskId });
    expect(await refusal(createTask(t, { taskGroupId: taskId }))).toBe('RequestConflict');
    expect(await refusal(t.client.createTask({ taskId }, definition))).toBe('RequestConflict');
    await t.clock.advance('1s');
    expect((await t.client.sealTaskGroup({ taskGroupId: taskId })).sealed).toBe(sealed);
    expect((await t.client.getTaskGroup({ taskGroupId: taskId })).sealed).toBe(sealed);
    expect(await messagesOf('task-group-sealed', taskId)).toMatchObject([{ sealed }, { sealed }]);
  });

  test('while tasks join leaves each either in the group or refused', async () => {
    const taskGroupId = await createTask(t);
    const ids = Array.from({ length: 40 }, () => slugid());
    const joining = ids.map((taskId) => refusal(t.client.createTask({ taskId }, aDefinition(t, { taskGroupId }))));
    await t.client.sealTaskGroup({ taskGroupId });
    const joined = (await Promise.all(joining)).filter((code) => code !== 'RequestConflict').length;
    expect((await t.client.listTaskGroup({ taskGroupId })).tasks).toHaveLength(joined + 1);
  });

  test('looks for the group before it looks at scopes', async () => {
    const nobody = t.clientWith();
    const taskGroupId = await createTask(t);
    expect(await refusal(nobody.sealTaskGroup({ taskGroupId: slugid() }))).toBe('ResourceNotFound');
    expect(await refusal(nobody.sealTaskGroup({ taskGroupId }))).toBe('InsufficientScopes');
    await t.clientWith(`queue:seal-task-group:tests/${taskGroupId}`).sealTaskGroup({ taskGroupId });
  });
});

describe('canceling a group', () => {
  test('needs a sealed group', async () => {
    const taskGroupId = await createTask(t);
    expect(await refusal(t.client.cancelTaskGroup({ taskGroupId }))).toBe('RequestConflict');
  });

  test('ends what is unresolved, names it, and does it once', async () => {
    const taskQueueId = aQueue();
    const taskGroupId = await runningTask(t, { taskQueueId });
    await t.client.reportCompleted({ taskId: taskGroupId, runId: '0' });
    const running = await runningTask(t, { taskQueueId, taskGroupId });
    const pending = await createTask(t, { taskQueueId, taskGroupId });
    const blocked = await createTask(t, { taskQueueId, taskGroupId, dependencies: [pending] });
    await t.client.sealTaskGroup({ taskGroupId });
    const { taskIds, ...counts } = await t.client.cancelTaskGroup({ taskGroupId });
    expect(counts).toEqual({ taskGroupId, taskGroupSize: 4, cancelledCount: 3 });
    expect(taskIds).toEqual([running, pending, blocked].toSorted());
    expect(await stateOf(t, taskGroupId)).toBe('completed');
    expect(await t.client.taskQueueCounts({ taskQueueId })).toMatchObject({ pendingTasks: 0, claimedTasks: 0 });
    expect(await t.client.cancelTaskGroup({ taskGroupId })).toMatchObject({ cancelledCount: 0, taskIds: [] });
    await t.client.rerunTask({ taskId: blocked });
    expect((await t.client.cancelTaskGroup({ taskGroupId })).taskIds).toEqual([blocked]);
  });

  test('goes through large groups in batches, while workers report', async () => {
    const taskQueueId = aQueue();
    const { taskGroupId, taskIds } = await aGroup(2 * groupBatch + 10, { taskQueueId });
    const { tasks } = await t.client.claimWork({ taskQueueId }, { tasks: 32, workerGroup: 'g', workerId: 'w' });
    await t.client.sealTaskGroup({ taskGroupId });
    const [{ cancelledCount }, ...reports] = await Promise.all([
      t.client.cancelTaskGroup({ taskGroupId }),
      ...tasks.map(({ status: { taskId } }) => refusal(t.client.reportCompleted({ taskId, runId: '0' }))),
    ]);
    const reported = reports.filter((code) => code === 'nothing was refused').length;
    expect(cancelledCount + reported).toBe(taskIds.length);
    expect((await t.client.pendingTasks({ taskQueueId })).pendingTasks).toBe(0);
  });
});

describe('the priority of a group', () => {
  test('changes for all members that can change, and is announced once', async () => {
    const taskQueueId = aQueue();
    const { taskGroupId, taskIds } = await aGroup(groupBatch + 5, { taskQueueId });
    const high = await createTask(t, { taskGroupId, taskQueueId, priority: 'high' });
    const answer = await t.client.changeTaskGroupPriority({ taskGroupId }, { newPriority: 'high' });
    expect(answer).toEqual({
      taskGroupId,
      schedulerId: 'tests',
      newPriority: 'high',
      tasksAffected: taskIds.length,
      taskIds: taskIds.toSorted(),
    });
    expect((await t.client.task({ taskId: high })).priority).toBe('high');
    expect(await t.client.changeTaskGroupPriority({ taskGroupId }, { newPriority: 'high' })).toMatchObject({
      tasksAffected: 0,
      taskIds: [],
    });
    expect(await messagesOf('task-group-priority-changed', taskGroupId)).toEqual([
      { version: 1, taskGroupId, schedulerId: 'tests', newPriority: 'high', tasksAffected: taskIds.length },
      { version: 1, taskGroupId, schedulerId: 'tests', newPriority: 'high', tasksAffected: 0 },
    ]);
    expect(await t.client.pendingTasks({ taskQueueId })).toMatchObject({ pendingTasks: taskIds.length + 1 });
  });

  test('changes for a task too that is just joining the group', async () => {
    const { db } = t.database;
    const { taskGroupId, taskIds } = await aGroup(1);
    const joining = slugid();
    const blocked = sql`select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    const { changing } = await db.tx(async (tx) => {
      // As a creator does, who is in the middle.
      await shareGroups(tx, [taskGroupId]);
      const begun = outsideTransaction(() => t.client.changeTaskGroupPriority({ taskGroupId }, { newPriority: 'high' }));
      await vi.waitFor(async () => expect((await outsideTransaction(() => db.maybe(Count, blocked)))?.count).toBe(1), {
        timeout: 20_000,
        interval: 10,
      });
      await tx.run(sql`
        insert into queue.tasks
        select (jsonb_populate_record(t, jsonb_build_object('task_id', ${joining}::text, 'state', 'unscheduled', 'runs', '[]'::jsonb, 'unsatisfied', 1))).*
        from queue.tasks t where task_id = any(${taskIds})`);
      return { changing: begun };
    });
    expect((await changing).taskIds.toSorted()).toEqual([...taskIds, joining].toSorted());
  });

  test('of a task moves it in the queue, shows in its definition and is announced', async () => {
    const taskQueueId = aQueue();
    const first = await createTask(t, { taskQueueId });
    const second = await createTask(t, { taskQueueId });
    const { status } = await t.client.changeTaskPriority({ taskId: second }, { newPriority: 'very-high' });
    expect([status.priority, (await t.client.task({ taskId: second })).priority]).toEqual(['very-high', 'very-high']);
    expect(await t.announced(second)).toEqual(['task-defined', 'task-pending 0', 'task-priority-changed']);
    expect((await claimOne(t, taskQueueId)).status.taskId).toBe(second);
    expect((await claimOne(t, taskQueueId)).status.taskId).toBe(first);
    expect((await t.client.pendingTasks({ taskQueueId })).pendingTasks).toBe(0);
  });

  test('of a resolved task cannot change, nor of one that has it already', async () => {
    const taskId = await runningTask(t, { taskQueueId: aQueue() });
    expect(await refusal(t.client.changeTaskPriority({ taskId }, { newPriority: 'lowest' }))).toBe('RequestConflict');
    await t.client.reportFailed({ taskId, runId: '0' });
    await t.client.rerunTask({ taskId });
    expect(await refusal(t.client.changeTaskPriority({ taskId }, { newPriority: 'high' }))).toBe('RequestConflict');
  });

  test('changes while workers claim: each task is given out once and none is left behind', async () => {
    const taskQueueId = aQueue();
    const { taskGroupId, taskIds } = await aGroup(120, { taskQueueId });
    const claiming = Array.from({ length: 30 }, (_, i) =>
      t.client.claimWork({ taskQueueId }, { tasks: 3, workerGroup: 'g', workerId: `w${i}` }),
    );
    await t.client.changeTaskGroupPriority({ taskGroupId }, { newPriority: 'medium' });
    const claimed = (await Promise.all(claiming)).flatMap((c) => c.tasks);
    for (;;) {
      const { tasks } = await t.client.claimWork({ taskQueueId }, { tasks: 32, workerGroup: 'g', workerId: 'last' });
      if (tasks.length === 0) break;
      claimed.push(...tasks);
    }
    expect(claimed.map((c) => c.status.taskId).toSorted()).toEqual(taskIds.toSorted());
    expect((await t.client.pendingTasks({ taskQueueId })).pendingTasks).toBe(0);
  });
});

test('the dependents of a task are listed in pages', async () => {
  const required = await createTask(t);
  const dependents = await Promise.all(Array.from({ length: 5 }, () => createTask(t, { dependencies: [required] })));
  const first = await t.client.listDependentTasks({ taskId: required, limit: '3' });
  const { continuationToken = '' } = first;
  const second = await t.client.listDependentTasks({ taskId: required, limit: '3', continuationToken });
  expect([...first.tasks, ...second.tasks].map((d) => d.status.taskId)).toEqual(dependents.toSorted());
  expect(second.continuationToken).toBeUndefined();
  expect(await refusal(t.client.listDependentTasks({ taskId: slugid() }))).toBe('ResourceNotFound');
});
