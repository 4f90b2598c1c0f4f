import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type CommandPlatform, openCommandPlatform } from '../../fixtures-platform.ts';

let p: CommandPlatform;
const ids: string[] = [];
beforeAll(async () => {
  p = await openCommandPlatform(inject('postgres'));
  for (const name of ['lint-rust', 'test-linux1804']) {
    const { out } = await p.run(['run', '--json', '--name', name, '--', 'bash', '-c', name === 'lint-rust' ? 'true' : 'exit 3']);
    ids.push((JSON.parse(out) as { taskId: string }).taskId);
  }
  // The index follows within a second; asking for what is there last is asking until then.
  while ((await p.run(['task', 'search', '--json', '--state', 'failed'])).out.trim() === '[]');
});
afterAll(() => p.close());

test('tasks are found by words of their name, the newest first', async () => {
  const { code, out } = await p.run(['task', 'search', 'linux', 'TEST']);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^${ids[1]}\tfailed\t\\S+Z\t\\S+\ttest-linux1804\n$`));
  const all = JSON.parse((await p.run(['task', 'search', '--json', '--since', '1h'])).out) as { taskId: string }[];
  expect(all.map((t) => t.taskId)).toEqual(ids.toReversed());
  expect((await p.run(['task', 'search', '--limit', '1'])).err).toContain('There are more');
});

test('a search goes on where it stopped, also between tasks that were created at the same time', async () => {
  const created = new Date(p.platform.clock.now() - 60_000).toISOString();
  const deadline = new Date(p.platform.clock.now() + 3_600_000).toISOString();
  const metadata = { name: 'a twin', description: 'd', owner: 'twins@example.com', source: 'https://example.com/' };
  const twins = ['A', 'B', 'C'].map((letter) => `${letter}AAAAAAAQAC${'A'.repeat(11)}`);
  for (const taskId of twins)
    await p.platform.clients.queue.createTask({ taskId }, { taskQueueId: 'no/workers', created, deadline, payload: {}, metadata });
  const search = ['task', 'search', '--owner', 'twins', '--json'];
  const idsIn = (out: string) => (JSON.parse(out) as { taskId: string }[]).map((t) => t.taskId);
  while (idsIn((await p.run(search)).out).length < twins.length);
  const seen: string[] = [];
  for (let on: readonly string[] = []; seen.length < twins.length;) {
    const { out, err } = await p.run([...search, '--limit', '1', ...on]);
    seen.push(...idsIn(out));
    const [, token = ''] = /--go-on (\S+)/.exec(err) ?? [];
    expect(token !== '').toBe(seen.length < twins.length);
    on = ['--go-on', token];
  }
  expect(seen).toEqual(twins.toReversed());
});

test('a search says that the index is not complete yet', async () => {
  const change = (text: string) => p.platform.db.run({ text, values: [], name: '' });
  // As after an upgrade, and the index cannot be filled in the meantime.
  await change('alter table queue.search_place add constraint unfilled check (not filled) not valid');
  await change('update queue.search_place set filled = false');
  expect((await p.run(['task', 'search', 'lint'])).err).toBe('The index is being filled after an upgrade: older tasks may be missing.\n');
  await change('alter table queue.search_place drop constraint unfilled');
  await change('update queue.search_place set filled = true');
});

test('nothing that matches is said so, and a wrong state or time is wrong use', async () => {
  expect(await p.run(['task', 'search', 'nothing', '--queue', 'local/default'])).toMatchObject({
    code: 0,
    out: '',
    err: 'No task was found.\n',
  });
  expect(await p.run(['task', 'search', '--state', 'faild'])).toMatchObject({ code: 2, err: expect.stringContaining('failed') as string });
  expect(await p.run(['task', 'search', '--since', 'yesterday'])).toMatchObject({ code: 2 });
});

test('why says where a task stands', async () => {
  const { code, out } = await p.run(['why', ids[0] ?? '']);
  expect(code).toBe(0);
  expect(out).toMatch(/^resolved\tIt is over: run 0 ended as completed/);
  const json = await p.run(['task', 'why', '--json', ids[1] ?? '']);
  expect(JSON.parse(json.out)).toMatchObject({ taskId: ids[1], state: 'failed', causes: [{ kind: 'resolved', reason: 'failed' }] });
  expect((await p.run(['why', 'fN1SbArXTPSVFNUvaOlinQ'])).code).toBe(2);
});

test('a task that is watched says each of its changes once, until it is over', async () => {
  const { out } = await p.run(['task', 'watch', ids[0] ?? '']);
  expect(out).toMatch(/^\S+Z\t0\tcompleted\tcompleted\n$/);
  await p.run(['task', 'rerun', ids[1] ?? '']);
  const again = await p.run(['task', 'watch', ids[1] ?? '']);
  expect(again.code).toBe(1);
  const lines = again.out.trim().split('\n');
  expect(lines.at(-1)).toMatch(/\t1\tfailed\tfailed$/);
  expect(new Set(lines).size).toBe(lines.length);
});
