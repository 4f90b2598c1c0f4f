import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aNamespace, openTestIndex, refusedWith, slugid, type TestIndex } from './fixture.ts';

let t: TestIndex;
beforeAll(async () => void (t = await openTestIndex()));
afterAll(() => t.close());

describe('inserting', () => {
  test('what was inserted is found, and a path may be both a task and a namespace', async () => {
    const n = aNamespace();
    const entry = { taskId: slugid(), rank: 41, data: { built: { by: 'me' } }, expires: t.inHours(1) };
    expect(await t.client.insertTask({ namespace: `${n}.a` }, entry)).toEqual({ namespace: `${n}.a`, ...entry });
    expect(await t.client.findTask({ indexPath: `${n}.a` })).toEqual({ namespace: `${n}.a`, ...entry });
    await t.insert(`${n}.a.b`);
    await t.insert(n);
    for (const indexPath of [n, `${n}.a`, `${n}.a.b`])
      expect(await t.client.findTask({ indexPath })).toMatchObject({ namespace: indexPath });
  });

  test('an equal or higher rank replaces everything, a lower one nothing, and the answer is what is stored', async () => {
    const path = `${aNamespace()}.a`;
    const [first, lower, equal, higher] = [slugid(), slugid(), slugid(), slugid()];
    await t.insert(path, { taskId: first, rank: 41, data: { n: 1 } });
    expect(await t.insert(path, { taskId: lower, rank: 40 })).toMatchObject({ taskId: first, rank: 41, data: { n: 1 } });
    expect(await t.insert(path, { taskId: equal, rank: 41 })).toMatchObject({ taskId: equal, data: {} });
    const expires = t.inHours(1);
    await t.insert(path, { taskId: higher, rank: 42, expires });
    expect(await t.client.findTask({ indexPath: path })).toMatchObject({ taskId: higher, rank: 42, expires });
  });

  test('an expired entry still keeps lower ranks away, and a lower rank that was lost stays lost', async () => {
    const path = `${aNamespace()}.a`;
    await t.insert(path, { rank: 5, expires: t.inHours(-1) });
    expect(await t.insert(path, { rank: 4 })).toMatchObject({ rank: 5 });
    await expect(t.client.findTask({ indexPath: path })).rejects.toEqual(refusedWith('ResourceNotFound'));
    await t.client.deleteTask({ namespace: path });
    await expect(t.client.findTask({ indexPath: path })).rejects.toEqual(refusedWith('ResourceNotFound'));
  });

  test('a rank that has no 32 bits, and a time that no calendar has, are refused with a reason', async () => {
    const path = `${aNamespace()}.a`;
    for (const rank of [1.5, 2 ** 31, -(2 ** 31) - 1, 1e300])
      await expect(t.insert(path, { rank })).rejects.toEqual(refusedWith('InputError'));
    for (const rank of [2 ** 31 - 1, -(2 ** 31)]) expect(await t.insert(`${path}${rank}`, { rank })).toMatchObject({ rank });
    for (const expires of ['9999-12-31T23:59:59-01:00', '2016-12-31T23:59:60Z', '0000-01-01T00:00:00Z'])
      await expect(t.insert(path, { expires })).rejects.toEqual(refusedWith('InputError'));
    await expect(t.insert(path, { expires: 'tomorrow' })).rejects.toEqual(refusedWith('InputValidationError'));
    const expires = '9999-12-31T23:59:59.999Z';
    expect(await t.insert(path, { expires })).toMatchObject({ expires });
    expect((await t.client.listNamespaces({ namespace: '' })).namespaces).toContainEqual({
      namespace: path.slice(0, -2),
      name: path.slice(0, -2),
      expires,
    });
  });
});

describe('deleting', () => {
  test('what was deleted is not found; it may be deleted again, and its namespaces stay', async () => {
    const n = aNamespace();
    await t.insert(`${n}.a.b`);
    for (let i = 0; i < 2; i++) {
      const answer = await t.raw(`/task/${n}.a.b`, { method: 'DELETE' });
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
    }
    await expect(t.client.findTask({ indexPath: `${n}.a.b` })).rejects.toEqual(refusedWith('ResourceNotFound'));
    expect((await t.client.listNamespaces({ namespace: n })).namespaces).toMatchObject([{ namespace: `${n}.a` }]);
  });

  test('a path that nothing was ever under is 404 to find and 200 to delete', async () => {
    const path = `${aNamespace()}.a`;
    await expect(t.client.findTask({ indexPath: path })).rejects.toEqual(refusedWith('ResourceNotFound'));
    expect(await t.client.deleteTask({ namespace: path })).toEqual({});
  });
});

test('each method needs its scope for exactly its path', async () => {
  const path = `${aNamespace()}.a`;
  const body = { taskId: slugid(), rank: 0, data: {}, expires: t.inHours(1) };
  const calls = {
    [`index:insert-task:${path}`]: (client: typeof t.client) => client.insertTask({ namespace: path }, body),
    [`index:find-task:${path}`]: (client: typeof t.client) => client.findTask({ indexPath: path }),
    [`index:list-tasks:${path}`]: (client: typeof t.client) => client.listTasks({ namespace: path }),
    [`index:list-namespaces:${path}`]: (client: typeof t.client) => client.listNamespaces({ namespace: path }),
    [`index:delete-task:${path}`]: (client: typeof t.client) => client.deleteTask({ namespace: path }),
  };
  for (const [scope, call] of Object.entries(calls)) {
    await call(t.clientWith(scope));
    const others = Object.keys(calls).filter((s) => s !== scope);
    for (const scopes of [[], others, [`${scope}.b`], [scope.slice(0, -1)]])
      await expect(call(t.clientWith(...scopes)), scope).rejects.toEqual(refusedWith('InsufficientScopes'));
  }
});

test('the URL is authorised before the body is looked at', async () => {
  const path = `${aNamespace()}.a`;
  await expect(t.clientWith().insertTask({ namespace: path }, {} as never)).rejects.toEqual(refusedWith('InsufficientScopes'));
  await expect(t.client.insertTask({ namespace: path }, {} as never)).rejects.toEqual(refusedWith('InputValidationError'));
});
