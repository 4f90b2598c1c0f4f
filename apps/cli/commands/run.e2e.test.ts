import { createTemporaryCredentials } from '@taskcluster/client';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type CommandPlatform, openCommandPlatform } from '../fixtures-platform.ts';

let p: CommandPlatform;
beforeAll(async () => {
  p = await openCommandPlatform(inject('postgres'));
});
afterAll(() => p.close());

const taskIdIn = (text: string) => /[A-Za-z0-9_-]{22}/.exec(text)?.[0] ?? '';
/** A command that says "first", waits for a file of this name, and says "second". */
const waiting = (name: string) => ['bash', '-c', `echo first; until [ -e ${path.join(p.folder, name)} ]; do sleep 0.05; done; echo second`];
const open = (name: string) => writeFile(path.join(p.folder, name), '');

test('a command runs as a task: its log comes on stdout, notes on stderr, and the status is 0', async () => {
  const { code, out, err } = await p.run(['run', '--env', 'WHO=world', '--', 'bash', '-c', 'echo "hello $WHO from $TASK_ID"']);
  expect(code).toBe(0);
  expect(out).toContain(`hello world from ${taskIdIn(err)}`);
  expect(err).toContain(`${p.platform.rootUrl}/tasks/${taskIdIn(err)}`);
  expect(err).toMatch(/● completed after .* s\.\n$/);
});

test('a task that fails ends with status 1, why, and where to look', async () => {
  const { code, out, err } = await p.run(['run', 'bash', '-c', 'echo before; exit 3']);
  expect(code).toBe(1);
  expect(out).toContain('before\n');
  expect(err).toMatch(/✕ failed after .*: a command of the task ended with an error; the end of its log says which\./);
  expect(err.trim().split('\n').at(-1)).toBe(`${p.platform.rootUrl}/tasks/${taskIdIn(err)}`);
});

test('the log is shown while the task runs, and what was shown is exactly the log', async () => {
  const command = p.begin(['run', '--', ...waiting('go-1')]);
  await command.saw('first\n');
  await open('go-1');
  const { code, out, err } = await command.ended;
  expect(code).toBe(0);
  expect(out).toContain('first\nsecond\n');
  expect((await p.run(['log', taskIdIn(err)])).out).toBe(out);
});

test('without the right to read messages the log is followed all the same', async () => {
  const { clientId, accessToken } = p.platform.credentials;
  const temporary = createTemporaryCredentials({
    credentials: { clientId, accessToken },
    scopes: ['queue:*'],
    start: new Date(p.platform.clock.now() - 60_000),
    expiry: new Date(p.platform.clock.now() + 3_600_000),
  });
  const env = {
    ...p.env,
    TASKCLUSTER_CLIENT_ID: temporary.clientId,
    TASKCLUSTER_ACCESS_TOKEN: temporary.accessToken,
    TASKCLUSTER_CERTIFICATE: temporary.certificate,
  };
  const { code, out } = await p.run(['run', '--', 'echo', 'no messages'], { env });
  expect({ code, said: out.includes('no messages\n') }).toEqual({ code: 0, said: true });
});

test('with --json the result is on stdout and the log on stderr', async () => {
  const { code, out, err } = await p.run(['run', '--json', '--', 'echo', 'in the log']);
  expect(code).toBe(0);
  const taskId = taskIdIn(err);
  expect(JSON.parse(out)).toEqual({
    taskId,
    runId: 0,
    state: 'completed',
    reasonResolved: 'completed',
    url: `${p.platform.rootUrl}/tasks/${taskId}`,
  });
  expect(err).toContain('in the log\n');
});

test('Ctrl-C leaves the task running and says so', async () => {
  const command = p.begin(['run', '--', ...waiting('go-2')]);
  await command.saw('first\n');
  command.interrupt();
  const { code, err } = await command.ended;
  const taskId = taskIdIn(err);
  expect(code).toBe(130);
  expect(err).toContain(`taskcluster log --follow ${taskId}`);
  expect(err).toContain(`taskcluster task cancel ${taskId}`);
  expect((await p.run(['task', 'status', taskId])).out).toMatch(/^running\n/);

  const follow = p.begin(['log', '--follow', taskId]);
  await follow.saw('first\n');
  await open('go-2');
  expect(await follow.ended).toMatchObject({ code: 0, out: expect.stringContaining('first\nsecond\n') as string });
});

test('Ctrl-C with --cancel-on-interrupt cancels the task', async () => {
  const command = p.begin(['run', '--cancel-on-interrupt', '--', ...waiting('never')]);
  await command.saw('first\n');
  command.interrupt();
  const { code, err } = await command.ended;
  expect(code).toBe(130);
  expect(err).toContain('The task was cancelled.');
  expect(await p.run(['task', 'status', taskIdIn(err)])).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^exception\n0\texception\tcanceled\t/) as string,
  });
});

test('a payload that the worker refuses ends with status 1 and the reason', async () => {
  const { code, err } = await p.run(['run', '--max-run-time', '60', '--artifact', '/etc/../x', '--', 'true']);
  expect(code).toBe(1);
  expect(err).toContain('✕ failed');
});

test('a task that nobody takes is waited for, and cancelling it ends the waiting', async () => {
  const { taskId } = await createPending();
  expect(await p.run(['log', taskId])).toMatchObject({ code: 2, err: expect.stringContaining('has not started (pending)') as string });
  const follow = p.begin(['log', '--follow', taskId]);
  expect((await p.run(['task', 'cancel', taskId])).code).toBe(0);
  expect(await follow.ended).toMatchObject({ code: 1, out: '' });
});

const createPending = async () => {
  const { queue } = p.platform.clients;
  const { out } = await p.run(['run', '--json', '--', 'true']);
  const { taskId: model } = JSON.parse(out) as { taskId: string };
  const definition = await queue.task({ taskId: model });
  const { default: slugid } = await import('slugid');
  const taskId = slugid.nice();
  await queue.createTask(
    { taskId },
    {
      ...definition,
      provisionerId: 'nobody',
      workerType: 'home',
      taskQueueId: 'nobody/home',
      taskGroupId: taskId,
      created: new Date(p.platform.clock.now()).toISOString(),
    },
  );
  return { taskId };
};
