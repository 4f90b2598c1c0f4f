import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aNamespace, openTestIndex, refusedWith, type TestIndex } from './fixture.ts';

let t: TestIndex;
beforeAll(async () => void (t = await openTestIndex()));
afterAll(() => t.close());

const pathsOf = ({ tasks }: { readonly tasks: readonly { readonly namespace: string }[] }) => tasks.map((task) => task.namespace);
const tokenOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** All pages of one entry each. */
const onePerPage = async <Item>(
  page: (continuationToken?: string) => Promise<{ readonly items: readonly Item[]; readonly continuationToken?: string | undefined }>,
) => {
  const items: Item[] = [];
  let token: string | undefined;
  do {
    const answer = await page(token);
    expect(answer.items).toHaveLength(1);
    items.push(...answer.items);
    token = answer.continuationToken;
  } while (token !== undefined);
  return items;
};

test('lists show what is directly in a namespace and has not expired, in the order of the names', async () => {
  const n = aNamespace();
  for (const name of ['b', 'a', 'B', 'a-', 'a.x', 'c.x.y']) await t.insert(`${n}.${name}`);
  await t.insert(`${n}.expired`, { expires: t.inHours(-1) });
  await t.insert(`${n}.late.x`, { expires: t.inHours(-48) });
  expect(pathsOf(await t.client.listTasks({ namespace: n }))).toEqual(['B', 'a', 'a-', 'b'].map((name) => `${n}.${name}`));
  const { namespaces } = await t.client.listNamespaces({ namespace: n });
  expect(namespaces.map(({ namespace, name }) => [namespace, name])).toEqual([
    [`${n}.a`, 'a'],
    [`${n}.c`, 'c'],
  ]);
  expect(await t.client.listTasks({ namespace: aNamespace() })).toEqual({ tasks: [] });
});

test('the root is listed with and without a slash, and has no dotted names', async () => {
  const n = aNamespace();
  await t.insert(n);
  await t.insert(`${n}.a`);
  for (const path of ['', '/']) {
    const tasks = pathsOf((await (await t.raw(`/tasks${path}`)).json()) as never);
    const { namespaces } = (await (await t.raw(`/namespaces${path}`)).json()) as { namespaces: { namespace: string; name: string }[] };
    expect(tasks).toContain(n);
    expect(namespaces).toContainEqual(expect.objectContaining({ namespace: n, name: n }));
    for (const one of [...tasks, ...namespaces.map((x) => x.namespace)]) expect(one).not.toContain('.');
  }
  for (const path of [`/tasks/${n}/`, `/namespaces/${n}/`]) expect((await t.raw(path)).status).toBe(200);
  await t.clientWith('index:list-tasks:').listTasks({ namespace: '' });
  await t.clientWith('index:list-namespaces:').listNamespaces({ namespace: '' });
  await expect(t.clientWith('index:list-tasks:a*').listTasks({ namespace: '' })).rejects.toEqual(refusedWith('InsufficientScopes'));
});

test('parameters are checked before scopes', async () => {
  const nobody = t.clientWith();
  await expect(nobody.listTasks({ namespace: 'a..b' })).rejects.toEqual(refusedWith('InvalidRequestArguments'));
  await expect(nobody.listNamespaces({ namespace: 'a', limit: 'x' })).rejects.toEqual(refusedWith('InvalidRequestArguments'));
});

describe('pages', () => {
  test('one entry at a time, until there is no token', async () => {
    const n = aNamespace();
    for (const name of ['c', 'a', 'b']) await t.insert(`${n}.${name}.x`).then(() => t.insert(`${n}.${name}`));
    const all = ['a', 'b', 'c'].map((name) => `${n}.${name}`);
    const page = (token: string | undefined) => ({ namespace: n, limit: '1', ...(token !== undefined && { continuationToken: token }) });
    const tasks = await onePerPage(async (token) =>
      t.client.listTasks(page(token)).then(({ tasks: items, ...rest }) => ({ items, ...rest })),
    );
    const spaces = await onePerPage(async (token) =>
      t.client.listNamespaces(page(token)).then(({ namespaces: items, ...rest }) => ({ items, ...rest })),
    );
    expect(tasks.map((x) => x.namespace)).toEqual(all);
    expect(spaces.map((x) => x.namespace)).toEqual(all);
    const query = (token: string | undefined) => ({ limit: '1', ...(token !== undefined && { continuationToken: token }) });
    const at = await onePerPage(async (token) =>
      t.client.findTasksAtIndex(query(token), { indexes: all.toReversed() }).then(({ tasks: items, ...rest }) => ({ items, ...rest })),
    );
    expect(at.map((x) => x.namespace)).toEqual(all);
  });

  test('nothing is skipped or repeated when entries come and go in between', async () => {
    const n = aNamespace();
    for (const name of ['b', 'c', 'd']) await t.insert(`${n}.${name}`);
    const { continuationToken = '' } = await t.client.listTasks({ namespace: n, limit: '1' });
    await t.insert(`${n}.a`);
    await t.client.deleteTask({ namespace: `${n}.b` });
    expect(pathsOf(await t.client.listTasks({ namespace: n, continuationToken }))).toEqual([`${n}.c`, `${n}.d`]);
  });

  test('limit 0 is 1, and more than 1000 is 1000', async () => {
    const n = aNamespace();
    for (const name of ['a', 'b']) await t.insert(`${n}.${name}`);
    expect(pathsOf(await t.client.listTasks({ namespace: n, limit: '0' }))).toEqual([`${n}.a`]);
    expect(pathsOf(await t.client.listTasks({ namespace: n, limit: '9'.repeat(400) }))).toHaveLength(2);
    expect((await t.client.listNamespaces({ namespace: '', limit: '0' })).namespaces).toHaveLength(1);
    expect((await t.client.findTasksAtIndex({ limit: '0' }, { indexes: [`${n}.a`, `${n}.b`] })).tasks).toHaveLength(1);
  });

  test('a token with letters that no token has is refused, and one that means nothing begins at the start', async () => {
    const n = aNamespace();
    await t.insert(`${n}.a`);
    await t.insert(`${n}.a.b`);
    const indexes = [`${n}.a`];
    for (const continuationToken of ['!', 'a b', '\u00e9', '/', '\0']) {
      for (const call of [
        () => t.client.listTasks({ namespace: n, continuationToken }),
        () => t.client.listNamespaces({ namespace: n, continuationToken }),
        () => t.client.findTasksAtIndex({ continuationToken }, { indexes }),
      ])
        await expect(call()).rejects.toEqual(refusedWith('InputError'));
    }
    for (const continuationToken of [
      'x',
      'AAAA',
      tokenOf(7),
      tokenOf([7]),
      tokenOf(['a', 'b', 'c']),
      tokenOf(['a\0']),
      tokenOf(['\ud800']),
      tokenOf({ length: 1 }),
    ]) {
      expect((await t.client.listTasks({ namespace: n, continuationToken })).tasks).toHaveLength(1);
      expect((await t.client.listNamespaces({ namespace: n, continuationToken })).namespaces).toHaveLength(1);
      expect((await t.client.findTasksAtIndex({ continuationToken }, { indexes })).tasks).toHaveLength(1);
    }
  });

  test('a page of large entries ends before it is too large for a process, and the next one goes on', async () => {
    const n = aNamespace();
    const data = { text: 'x'.repeat(3 * 1024 * 1024) };
    for (const name of ['a', 'b', 'c']) await t.insert(`${n}.${name}`, { data });
    const { tasks, continuationToken = '' } = await t.client.listTasks({ namespace: n });
    expect(tasks.map((x) => x.namespace)).toEqual([`${n}.a`, `${n}.b`]);
    const rest = await t.client.listTasks({ namespace: n, continuationToken });
    expect(pathsOf(rest)).toEqual([`${n}.c`]);
    expect(rest).not.toHaveProperty('continuationToken');
    expect(rest.tasks[0]?.data).toEqual(data);
  });
});

describe('the lists of older clients', () => {
  const posted = async (path: string, body: object) => {
    const answer = await t.raw(path, { method: 'POST', body: JSON.stringify(body) });
    return {
      status: answer.status,
      body: (await answer.json()) as Record<string, readonly { namespace: string }[]> & { continuationToken?: string },
    };
  };

  test('they are asked for by POST, with the page in the body', async () => {
    const n = aNamespace();
    for (const name of ['a', 'b']) await t.insert(`${n}.${name}`).then(() => t.insert(`${n}.${name}.x`));
    for (const list of ['tasks', 'namespaces']) {
      const both = await posted(`/${list}/${n}`, {});
      expect(both.body[list]?.map((x) => x.namespace)).toEqual([`${n}.a`, `${n}.b`]);
      const first = await posted(`/${list}/${n}`, { limit: 1 });
      expect(first.body[list]).toHaveLength(1);
      const second = await posted(`/${list}/${n}`, { limit: 1, continuationToken: first.body.continuationToken });
      expect(second.body[list]?.map((x) => x.namespace)).toEqual([`${n}.b`]);
      expect((await posted(`/${list}/${n}?limit=1`, {})).status).toBe(400);
      expect((await posted(`/${list}`, {})).body[list]?.length).toBeGreaterThan(0);
    }
  });

  test('they need the same scopes', async () => {
    const n = aNamespace();
    await t.clientWith(`index:list-tasks:${n}`).listTasksPost({ namespace: n }, {});
    await t.clientWith(`index:list-namespaces:${n}`).listNamespacesPost({ namespace: n }, {});
    await expect(t.clientWith(`index:list-namespaces:${n}`).listTasksPost({ namespace: n }, {})).rejects.toEqual(
      refusedWith('InsufficientScopes'),
    );
    await expect(t.clientWith(`index:list-tasks:${n}`).listNamespacesPost({ namespace: n }, {})).rejects.toEqual(
      refusedWith('InsufficientScopes'),
    );
  });

  test('a namespace called indexes is listed by GET, because its POST is another method', async () => {
    await t.insert('indexes.a');
    expect(pathsOf(await t.client.listTasks({ namespace: 'indexes' }))).toEqual(['indexes.a']);
    expect((await posted('/tasks/indexes', {})).body).toEqual({ tasks: [] });
  });
});

describe('tasks at several paths', () => {
  test('known ones are answered once each, in order; expired ones, and those in the root, too', async () => {
    const n = aNamespace();
    await t.insert(n);
    await t.insert(`${n}.b`);
    await t.insert(`${n}.a`, { expires: t.inHours(-1), rank: 7 });
    const indexes = [`${n}.b`, `${n}.none`, `${n}.b`, n, `${n}.a`, 'no path at all/', '', '..', '__proto__'];
    const { tasks } = await t.client.findTasksAtIndex({}, { indexes });
    expect(tasks.map((x) => x.namespace)).toEqual([n, `${n}.a`, `${n}.b`]);
    expect(tasks[1]).toMatchObject({ rank: 7 });
  });

  test('every path must be allowed, and an empty list needs nothing', async () => {
    const n = aNamespace();
    const indexes = [`${n}.a`, `${n}.b`];
    await t.clientWith(`index:find-task:${n}.*`).findTasksAtIndex({}, { indexes });
    await expect(t.clientWith(`index:find-task:${n}.a`).findTasksAtIndex({}, { indexes })).rejects.toEqual(
      refusedWith('InsufficientScopes'),
    );
    expect(await t.anonymous.findTasksAtIndex({}, { indexes: [] })).toEqual({ tasks: [] });
    expect(await t.anonymous.findTasksAtIndex({}, {})).toEqual({ tasks: [] });
  });

  test('a token with other paths, or with none, is no error', async () => {
    const n = aNamespace();
    const indexes = [`${n}.a`, `${n}.b`];
    for (const path of indexes) await t.insert(path);
    const { continuationToken = '' } = await t.client.findTasksAtIndex({ limit: '1' }, { indexes });
    expect(await t.client.findTasksAtIndex({ continuationToken }, { indexes: [] })).toEqual({ tasks: [] });
    expect(await t.client.findTasksAtIndex({ continuationToken }, { indexes: [`${n}.a`] })).toEqual({ tasks: [] });
  });

  test('ten thousand paths are looked up in one request', async () => {
    const n = aNamespace();
    await t.insert(`${n}.p9999`);
    const indexes = Array.from({ length: 10_000 }, (_, i) => `${n}.p${i}`);
    expect(pathsOf(await t.client.findTasksAtIndex({}, { indexes }))).toEqual([`${n}.p9999`]);
  });
});
