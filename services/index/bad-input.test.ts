import { afterAll, beforeAll, expect, test } from 'vitest';
import { aNamespace, openTestIndex, refusedWith, slugid, type TestIndex } from './fixture.ts';

let t: TestIndex;
beforeAll(async () => void (t = await openTestIndex()));
afterAll(() => t.close());

const put = (path: string, body: string) => t.raw(`/task/${path}`, { method: 'PUT', body });
const entry = (data: string) => `{"taskId": "${slugid()}", "rank": 0, "expires": "2100-01-01T00:00:00Z", "data": ${data}}`;

test('names of objects that JavaScript knows, stars and percent signs are names like others', async () => {
  const n = aNamespace();
  for (const name of [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '*',
    '**',
    '%',
    '%00',
    '%2F',
    `'`,
    `!~*'()-_`,
    'null',
    '0',
  ]) {
    const path = `${n}.${name}.${name}`;
    expect(await t.insert(path)).toMatchObject({ namespace: path });
    expect(await t.client.findTask({ indexPath: path })).toMatchObject({ namespace: path });
    expect((await t.client.listTasks({ namespace: `${n}.${name}` })).tasks.map((x) => x.namespace)).toEqual([path]);
    await t.client.deleteTask({ namespace: path });
  }
  expect((await t.client.listNamespaces({ namespace: n })).namespaces).toHaveLength(13);
});

test('a star in a path is no wildcard', async () => {
  const n = aNamespace();
  await t.insert(`${n}.a`);
  await expect(t.client.findTask({ indexPath: `${n}.*` })).rejects.toEqual(refusedWith('ResourceNotFound'));
  expect((await t.client.findTasksAtIndex({}, { indexes: [`${n}.*`, `${n}.%`, `${n}._`] })).tasks).toEqual([]);
  await t.client.deleteTask({ namespace: `${n}.*` });
  expect((await t.client.listTasks({ namespace: n })).tasks).toHaveLength(1);
});

test('what is no path is refused by every method that takes one', async () => {
  for (const bad of ['', '.', '..', 'a.', '.a', 'a..b', 'a b', 'a/b', 'a:b', 'a@b', 'caf\u00e9', 'a\n', '\u202ea', '\0', 'a\\b', `"`]) {
    for (const path of [
      `/task/${encodeURIComponent(bad)}`,
      `/tasks/${encodeURIComponent(bad)}`,
      `/namespaces/${encodeURIComponent(bad)}`,
    ]) {
      // The root is listed, and a client makes another address of these two.
      if (['.', '..', ''].includes(bad)) continue;
      expect((await t.raw(path)).status, path).toBe(400);
    }
    if (!['.', '..', ''].includes(bad)) expect((await put(encodeURIComponent(bad), entry('{}'))).status, bad).toBe(400);
  }
});

test('a path is at most as long as the answers allow', async () => {
  const longest = `${aNamespace()}.${'x'.repeat(245)}`;
  expect(longest).toHaveLength(255);
  await t.insert(longest);
  await t.insert(longest.replaceAll('xx', 'x.'));
  await expect(t.insert(`${longest}x`)).rejects.toEqual(refusedWith('InputError'));
  await expect(t.client.findTask({ indexPath: `${longest}x` })).rejects.toEqual(refusedWith('ResourceNotFound'));
  expect(await t.client.listTasks({ namespace: 'x'.repeat(3000) })).toEqual({ tasks: [] });
});

test('data may be a megabyte, and comes back as it was', async () => {
  const path = `${aNamespace()}.a`;
  const data = { text: '\u{1f4a9}"\\'.repeat(100_000), list: Array.from({ length: 50_000 }, (_, i) => i) };
  await t.insert(path, { data });
  expect((await t.client.findTask({ indexPath: path })).data).toEqual(data);
});

test('data with the names of prototypes is only data', async () => {
  const path = `${aNamespace()}.a`;
  const data = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
  expect((await put(path, entry(data))).status).toBe(200);
  const answer = await (await t.raw(`/task/${path}`)).text();
  expect(JSON.stringify((JSON.parse(answer) as { data: object }).data)).toBe(data);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('NUL and halves of surrogate pairs are refused wherever they are', async () => {
  const path = `${aNamespace()}.a`;
  for (const data of ['{"a": "\\u0000"}', '{"a": "\\ud800"}', '{"\\udfff": 1}'])
    expect((await put(path, entry(data))).status, data).toBe(400);
  const indexes = '{"indexes": ["a.\\u0000"]}';
  expect((await t.raw('/tasks/indexes', { method: 'POST', body: indexes })).status).toBe(400);
  await expect(t.client.findTask({ indexPath: path })).rejects.toEqual(refusedWith('ResourceNotFound'));
});

test('bodies that are not what the schema says are refused with 400', async () => {
  const path = `${aNamespace()}.a`;
  for (const data of ['[]', 'null', '1', '"x"', '{']) expect((await put(path, entry(data))).status, data).toBe(400);
  for (const body of [
    '',
    '[]',
    '{}',
    '{"taskId": "x"}',
    'null',
    entry('{}').replace('}', ', "x": 1}'),
    entry('{}').replace('"rank": 0', '"rank": "0"'),
  ])
    expect((await put(path, body)).status, body).toBe(400);
  for (const body of ['{"indexes": "a"}', '{"indexes": [1]}', '{"indexes": null}', '{"x": 1}', '[]'])
    expect((await t.raw('/tasks/indexes', { method: 'POST', body })).status, body).toBe(400);
  for (const body of ['{"limit": 0}', '{"limit": 1001}', '{"limit": "1"}', '{"continuationToken": 1}', '{"x": 1}'])
    expect((await t.raw('/tasks/a', { method: 'POST', body })).status, body).toBe(400);
});

test('what a URL cannot be decoded to, and queries that are not known, are refused', async () => {
  for (const path of [
    '/task/%',
    '/task/%zz',
    '/task/%ff',
    '/tasks/a?limit=-1',
    '/tasks/a?limit=1&limit=2',
    '/tasks/a?x=1',
    '/task/a?limit=1',
    '/tasks/a?continuationToken=',
  ])
    expect((await t.raw(path)).status, path).toBe(400);
});
