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
