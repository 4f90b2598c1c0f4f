import { sql } from '@taskcluster/db';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDefinition, createTask, openTestQueue, refusal, slugid, type TestQueue } from './fixture.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

describe('creating a task', () => {
  test('defines it, and makes it pending at once when it waits for nothing', async () => {
    const taskId = slugid();
    const { status } = await t.client.createTask({ taskId }, aDefinition(t));
    expect(status).toMatchObject({ taskId, state: 'pending', taskGroupId: taskId, retriesLeft: 5 });
    expect(await t.announced(taskId)).toEqual(['task-defined', 'task-pending 0']);
  });

  test('may be repeated, also at the same time, and announces again', async () => {
    const taskId = slugid();
    const definition = aDefinition(t);
    const answers = await Promise.all(Array.from({ length: 5 }, () => t.client.createTask({ taskId }, definition)));
    expect(answers.map((a) => a.status.state)).toEqual(Array.from({ length: 5 }, () => 'pending'));
    expect(await t.announced(taskId)).toContain('task-pending 0');
    expect((await t.client.listTaskGroup({ taskGroupId: taskId })).tasks).toHaveLength(1);
  });

  test('under a taken id with another definition is a conflict that names what differs', async () => {
    const taskId = await createTask(t);
    await expect(t.client.createTask({ taskId }, aDefinition(t, { payload: { n: 2 } }))).rejects.toMatchObject({
      code: 'RequestConflict',
      message: expect.stringContaining('payload'),
    });
  });

  test('names all dependencies that do not exist and all that expire too early', async () => {
    const [missing, expiring] = [slugid(), slugid()];
    const soon = new Date(t.clock.now() + 7_200_000).toISOString();
    await t.client.createTask({ taskId: expiring }, aDefinition(t, { expires: soon, deadline: soon }));
    const dependencies = [missing, expiring];
    const definition = aDefinition(t, { dependencies, deadline: new Date(t.clock.now() + 10_800_000).toISOString() });
    await expect(t.client.createTask({ taskId: slugid() }, definition)).rejects.toMatchObject({
      code: 'InputError',
      message: expect.stringMatching(new RegExp(`do not exist[^]*${missing}[^]*expire before[^]*${expiring}`)),
    });
  });

  test('under a taken id is a conflict also when it is wrong otherwise, and a repeat succeeds after its dependencies are gone', async () => {
    const required = await createTask(t);
    const taskId = slugid();
    const definition = aDefinition(t, { dependencies: [required] });
    await t.client.createTask({ taskId }, definition);
    expect(await refusal(t.client.createTask({ taskId }, { ...definition, dependencies: [slugid()] }))).toBe('RequestConflict');
    await t.queue.db.run(sql`delete from queue.tasks where task_id = ${required}`);
    expect((await t.client.createTask({ taskId }, definition)).status.state).toBe('unscheduled');
    expect(await refusal(t.client.createTask({ taskId: slugid() }, definition))).toBe('InputError');
  });

  test('compares times in milliseconds, so that finer digits are no conflict', async () => {
    const taskId = slugid();
    const definition = aDefinition(t, { created: '2026-01-01T00:00:00Z' });
    const { now } = t.clock;
    const created = new Date(now()).toISOString();
    await t.client.createTask({ taskId }, { ...definition, created });
    await t.client.createTask({ taskId }, { ...definition, created: created.replace('Z', '123Z') });
  });

  test.each([
    ['two queues that disagree', { provisionerId: 'other', workerType: 'queue' }],
    ['no queue at all', { taskQueueId: undefined }],
    ['a deadline in the past', { deadline: '2020-01-01T00:00:00.000Z' }],
    ['an old time of creation', { created: '2020-01-01T00:00:00.000Z' }],
    ['an ambiguous scope', { scopes: ['a**'] }],
    ['a leap second', { expires: '2036-12-31T23:59:60Z' }],
    ['a route that is no ASCII', { routes: ['caf\u00e9'] }],
    ['a route with a control character', { routes: ['a\nb'] }],
    ['an unknown dependency', { dependencies: [slugid()] }],
  ])('with %s is an input error, and leaves no task behind', async (_, changes) => {
    const taskId = slugid();
    const definition = JSON.parse(JSON.stringify(aDefinition(t, changes as never))) as ReturnType<typeof aDefinition>;
    expect(await refusal(t.client.createTask({ taskId }, definition))).toBe('InputError');
    expect(await refusal(t.client.task({ taskId }))).toBe('ResourceNotFound');
  });

  test.each([
    ['a text that cannot be stored', { payload: { a: 'x\0' } }],
    ['half a surrogate pair', { tags: { a: '\ud800' } }],
  ])('with %s is refused before anything else, and leaves no task behind', async (_, changes) => {
    const taskId = slugid();
    expect(await refusal(t.client.createTask({ taskId }, aDefinition(t, changes as never)))).toBe('InputValidationError');
    expect(await refusal(t.client.task({ taskId }))).toBe('ResourceNotFound');
  });

  test('needs every scope that the task asks for, and one for its priority or a higher one', async () => {
    const may = (priority: string, ...more: string[]) =>
      t.clientWith('queue:create-task:project:none', 'queue:scheduler-id:tests', `queue:create-task:${priority}:test/queue`, ...more);
    const create = (client: TestQueue['client'], changes = {}) => refusal(client.createTask({ taskId: slugid() }, aDefinition(t, changes)));
    expect(await create(may('lowest'))).toBe('nothing was refused');
    expect(await create(may('highest'))).toBe('nothing was refused');
    expect(await create(may('lowest'), { priority: 'low' })).toBe('InsufficientScopes');
    expect(await create(may('lowest'), { scopes: ['secret:a'] })).toBe('InsufficientScopes');
    expect(await create(may('lowest', 'secret:*'), { scopes: ['secret:a'] })).toBe('nothing was refused');
    expect(await create(may('lowest'), { routes: ['index.a'] })).toBe('InsufficientScopes');
  });

  test('a bad one does not disturb those that share its transaction', async () => {
    const good = Array.from({ length: 20 }, () => slugid());
    const bad = Array.from({ length: 5 }, () => slugid());
    const [created, refused] = await Promise.all([
      Promise.all(good.map((taskId) => t.client.createTask({ taskId }, aDefinition(t)))),
      Promise.all(bad.map((taskId) => refusal(t.client.createTask({ taskId }, aDefinition(t, { dependencies: [slugid()] }))))),
    ]);
    expect(created.map((c) => c.status.taskId)).toEqual(good);
    expect(refused).toEqual(bad.map(() => 'InputError'));
  });

  test('a group has one scheduler', async () => {
    const taskGroupId = await createTask(t);
    expect(await refusal(t.client.createTask({ taskId: slugid() }, aDefinition(t, { taskGroupId, schedulerId: 'other' })))).toBe(
      'RequestConflict',
    );
  });

  test('a task may last until the year 9999, and its group with it', async () => {
    const expires = '9999-12-31T23:59:59.999Z';
    const taskGroupId = await createTask(t, { expires });
    expect((await t.client.getTaskGroup({ taskGroupId })).expires).toBe(expires);
  });

  test('a group outlives the tasks that join it', async () => {
    const taskGroupId = await createTask(t);
    const before = await t.client.getTaskGroup({ taskGroupId });
    const expires = new Date(Date.parse(before.expires ?? '') + 3_600_000).toISOString();
    await createTask(t, { taskGroupId, expires });
    expect((await t.client.getTaskGroup({ taskGroupId })).expires).toBe(new Date(Date.parse(expires) + 3_600_000).toISOString());
  });
});
