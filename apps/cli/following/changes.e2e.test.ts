import { queue } from '@taskcluster/contracts';
import { http } from '@taskcluster/client';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import slugid from 'slugid';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { definitionOf } from '../commands/run/definition.ts';
import { terminalFor } from '../fixtures.ts';
import { connect } from '../platform/connection.ts';
import { type Change, changes } from './changes.ts';
import { groupBindings } from './task.ts';

let t: TestPlatform;
beforeEach(async () => {
  t = await testPlatform(inject('postgres'));
});
afterEach(() => t.close());

const follow = async (taskGroupId: string, signal: AbortSignal) => {
  const env = {
    TASKCLUSTER_ROOT_URL: t.rootUrl,
    TASKCLUSTER_CLIENT_ID: t.credentials.clientId,
    TASKCLUSTER_ACCESS_TOKEN: t.credentials.accessToken,
  };
  const following = changes(await connect(terminalFor({ env }).terminal, undefined), groupBindings(taskGroupId), signal);
  /** The next one, as `task-pending <taskId>`, or `look`. */
  return async (): Promise<string> => {
    const { value } = await following.next();
    if (value === undefined) return 'look';
    const { exchange, payload } = value as Exclude<Change, undefined>;
    return `${exchange.split('/').at(-1)} ${(payload as { status: { taskId: string } }).status.taskId}`;
  };
};

/** Creates a task of the group in the process with this address. */
const create = async (rootUrl: string, taskGroupId: string): Promise<string> => {
  const taskId = slugid.nice();
  const wanted = { command: ['true'], queue: 'nobody/takes', env: [], artifacts: [], name: 'a task', maxRunTimeSeconds: 60 };
  const definition = definitionOf(wanted, { now: new Date(), rootUrl, env: {} });
  await http(queue, { rootUrl, credentials: t.credentials }).createTask({ taskId }, { ...definition, taskGroupId });
  return taskId;
};

test('whoever follows a group goes on when the platform was away: no change is missed or told twice, and there is no need to look', async () => {
  const stop = new AbortController();
  const taskGroupId = slugid.nice();
  const next = await follow(taskGroupId, stop.signal);
  expect(await next()).toBe('look');
  const before = await create(t.rootUrl, taskGroupId);
  expect([await next(), await next()]).toEqual([`task-defined ${before}`, `task-pending ${before}`]);
  // Another process goes on with the work while this one is away; then one comes back in its place.
  const elsewhere = await t.another();
  await t.stop();
  const meanwhile = await create(elsewhere.rootUrl, taskGroupId);
  await create(elsewhere.rootUrl, slugid.nice());
  const back = await t.another(t.port);
  expect([await next(), await next()]).toEqual([`task-defined ${meanwhile}`, `task-pending ${meanwhile}`]);
  const after = await create(back.rootUrl, taskGroupId);
  expect([await next(), await next()]).toEqual([`task-defined ${after}`, `task-pending ${after}`]);
  stop.abort();
});
