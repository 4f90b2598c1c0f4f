import slugid from 'slugid';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { definitionOf } from '../run/definition.ts';
import { type CommandPlatform, openCommandPlatform } from '../../fixtures-platform.ts';

let p: CommandPlatform;
beforeAll(async () => {
  p = await openCommandPlatform(inject('postgres'));
});
afterAll(() => p.close());

interface Member {
  readonly command: string;
  readonly after?: readonly string[];
}
/** Creates tasks of one group, each under its name; answers the id of the group. */
const createGroup = async (members: Readonly<Record<string, Member>>): Promise<string> => {
  const ids = Object.fromEntries(Object.keys(members).map((name) => [name, slugid.nice()]));
  const [taskGroupId = ''] = Object.values(ids);
  for (const [name, { command, after = [] }] of Object.entries(members)) {
    const wanted = { command: ['bash', '-c', command], queue: 'local/default', env: [], artifacts: [], name, maxRunTimeSeconds: 60 };
    const definition = definitionOf(wanted, { now: new Date(), rootUrl: p.platform.rootUrl, env: {} });
    const dependencies = after.map((before) => ids[before] ?? '');
    await p.platform.clients.queue.createTask({ taskId: ids[name] ?? '' }, { ...definition, taskGroupId, dependencies });
  }
  return taskGroupId;
};

test('a group is watched until all of it is completed', async () => {
  const groupId = await createGroup({ build: { command: 'true' }, test: { command: 'true', after: ['build'] }, lint: { command: 'true' } });
  expect(await p.run(['group', 'status', '--watch', groupId])).toMatchObject({ code: 0, out: 'completed\t3\n' });
  const { out } = await p.run(['group', 'list', groupId]);
  const rows = out
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(rows.map(([, state]) => state)).toEqual(['completed', 'completed', 'completed']);
  expect(rows.map(([, , , name = '']) => name).toSorted((a, b) => a.localeCompare(b))).toEqual(['build', 'lint', 'test']);
  expect((await p.run(['group', 'status', groupId, '--json'])).out).toContain('"tasks": 3');
});

test('watching ends when what is left waits for a task that failed, with status 1', async () => {
  const groupId = await createGroup({
    build: { command: 'exit 1' },
    test: { command: 'true', after: ['build'] },
    lint: { command: 'true' },
  });
  const { code, out } = await p.run(['group', 'status', '--watch', '--json', groupId]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({ taskGroupId: groupId, tasks: 3, states: { unscheduled: 1, completed: 1, failed: 1 } });
  expect((await p.run(['group', 'list', groupId, '--state', 'failed'])).out).toMatch(/\tfailed\t.*\tbuild\n$/);
  expect(JSON.parse((await p.run(['group', 'list', groupId, '--state', 'unscheduled', '--json'])).out)).toMatchObject([
    { name: 'test', runs: 0 },
  ]);
});

test('a state that does not exist and a group that does not exist are refused', async () => {
  const groupId = slugid.nice();
  expect(await p.run(['group', 'list', groupId, '--state', 'runing'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Did you mean "running"?') as string,
  });
  expect((await p.run(['group', 'status', groupId])).code).toBe(2);
});
