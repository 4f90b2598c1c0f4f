import { type Database, outsideTransaction, sql } from '@taskcluster/db';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { Type } from 'typebox';
import { http } from '@taskcluster/client';
import { auth, queue as contract } from '@taskcluster/contracts';
import { aTask, once, openPlace, type Place, slugid, taskQueueId, unanswered, type Up, worker } from './fixture.ts';

// Moments at which a process may die between two things that belong together. Each test kills it exactly there.

let place: Place;
beforeEach(async () => {
  place = await openPlace(inject('postgres'));
});
afterEach(() => place.close());

const claimOne = async ({ queue, rootUrl }: Up) => {
  const [claim] = (await queue.claimWork({ taskQueueId }, worker, once)).tasks;
  if (!claim) throw new Error('There is nothing to claim.');
  const run = { taskId: claim.status.taskId, runId: String(claim.runId) };
  return { ...claim, run, mine: http(contract, { rootUrl, credentials: claim.credentials }) };
};
const stateOf = async ({ queue }: Up, taskId: string) => (await queue.status({ taskId })).status.state;

describe('W1, W2: between creating a task, making it pending and announcing it', () => {
  test.each(['working', 'before-commit'])('killed at %s: nothing of it is there, and a repeat creates it', async (moment) => {
    const first = await place.up(`queue.create/${moment}:1`);
    const taskId = slugid();
    const definition = aTask();
    expect(await unanswered(first.queue.createTask({ taskId }, definition, once))).toBe('no answer');
    expect(await place.rowsOf(taskId)).toBe(0);
    expect(await place.told(taskId)).toEqual([]);
    const second = await place.up();
    await second.queue.createTask({ taskId }, definition);
    expect(await place.told(taskId)).toEqual(['task-defined', 'task-pending 0']);
  });

  test('killed after the commit: all of it is there, and a repeat succeeds', async () => {
    const first = await place.up('queue.create/after-commit:1');
    const taskId = slugid();
    const definition = aTask();
    expect(await unanswered(first.queue.createTask({ taskId }, definition, once))).toBe('no answer');
    expect(await place.told(taskId)).toEqual(['task-defined', 'task-pending 0']);
    const second = await place.up();
    expect((await second.queue.createTask({ taskId }, definition)).status.state).toBe('pending');
    expect((await claimOne(second)).run.taskId).toBe(taskId);
  });
});

describe('W3: between resolving a task and releasing its dependents', () => {
  test.each([
    ['before-commit', 'running', 'unscheduled'],
    ['after-commit', 'completed', 'pending'],
  ])('killed at %s: the task is %s and its dependent %s', async (moment, state, dependentState) => {
    const first = await place.up(`queue.transit/${moment}:1`);
    const [taskId, dependent] = [slugid(), slugid()];
    await first.queue.createTask({ taskId }, aTask());
    await first.queue.createTask({ taskId: dependent }, aTask({ dependencies: [taskId] }));
    const { mine, run, credentials } = await claimOne(first);
    expect(await unanswered(mine.reportCompleted(run, undefined, once))).toBe('no answer');
    const second = await place.up();
    expect([await stateOf(second, taskId), await stateOf(second, dependent)]).toEqual([state, dependentState]);
    // The worker knows nothing and reports again; both ways come to the same.
    await http(contract, { rootUrl: second.rootUrl, credentials }).reportCompleted(run);
    expect([await stateOf(second, taskId), await stateOf(second, dependent)]).toEqual(['completed', 'pending']);
    expect(await place.told(dependent)).toEqual(['task-defined', 'task-pending 0']);
  });
});

test('W4: a claim that was never committed costs no retry, and the next one gets the same run', async () => {
  const first = await place.up('queue.claim/before-commit:1');
  const taskId = slugid();
  await first.queue.createTask({ taskId }, aTask());
  expect(await unanswered(first.queue.claimWork({ taskQueueId }, worker, once))).toBe('no answer');
  expect(await place.told(taskId)).toEqual(['task-defined', 'task-pending 0']);
  const second = await place.up();
  const { runId, status } = await claimOne(second);
  expect({ runId, retriesLeft: status.retriesLeft, runs: status.runs.length }).toEqual({ runId: 0, retriesLeft: 5, runs: 1 });
});

test('W4: a claim whose answer reaches nobody is given back at once, and costs no retry', async () => {
  const up = await place.up();
  const taskId = slugid();
  await up.queue.createTask({ taskId }, aTask());
  const gone = new AbortController();
  await place.db.tx(async (tx) => {
    // The claim waits for us, and its worker goes away meanwhile.
    await tx.run(sql`select from queue.tasks where task_id = ${taskId} for update`);
    const call = unanswered(up.queue.claimWork({ taskQueueId }, worker, { ...once, signal: gone.signal }));
    while ((await outsideTransaction(() => waitingForLocks(place.db))) === 0) await turn();
    gone.abort();
    await call;
    // By then the process has seen that the connection is closed.
    for (let i = 0; i < 3; i++) await up.queue.ping({});
  });
  while ((await up.queue.status({ taskId })).status.runs.length < 2);
  const { runId, status } = await claimOne(up);
  expect({ runId, retriesLeft: status.retriesLeft }).toEqual({ runId: 1, retriesLeft: 5 });
  expect(await place.told(taskId)).toEqual([
    'task-defined',
    'task-pending 0',
    'task-running 0',
    'task-exception 0',
    'task-pending 1',
    'task-running 1',
  ]);
});

test('W8: killed while edges are made: no task, no edge and no lock is left', async () => {
  const first = await place.up('queue.create/before-commit:2');
  const [taskId, dependent] = [slugid(), slugid()];
  await first.queue.createTask({ taskId }, aTask());
  expect(await unanswered(first.queue.createTask({ taskId: dependent }, aTask({ dependencies: [taskId] }), once))).toMatch(/no answer/);
  const second = await place.up();
  const { mine, run } = await claimOne(second);
  await mine.reportCompleted(run);
  expect(await place.rowsOf(dependent)).toBe(0);
  await second.queue.createTask({ taskId: dependent }, aTask({ dependencies: [taskId] }));
  expect(await stateOf(second, dependent)).toBe('pending');
});

/** Lets everything else go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const Waiting = Type.Object({ waiting: Type.Integer() });
const waitingForLocks = async (db: Database) =>
  (
    await db.maybe(
      Waiting,
      sql`select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
  )?.waiting ?? 0;

test('W12: a request that is being served when the process is told to stop is answered', async () => {
  const up = await place.up();
  const taskGroupId = slugid();
  await up.queue.createTask({ taskId: slugid() }, aTask({ taskGroupId }));
  let stopped: Promise<number | null> | undefined;
  const answers: Promise<unknown>[] = [];
  await place.db.tx(async (tx) => {
    // Whoever creates a task in this group waits for us.
    await tx.run(sql`select from queue.groups where task_group_id = ${taskGroupId} for update`);
    for (let i = 0; i < 5; i++) answers.push(up.queue.createTask({ taskId: slugid() }, aTask({ taskGroupId }), once));
    answers.push(up.queue.claimWork({ taskQueueId: 'test/other' }, worker, once));
    while ((await outsideTransaction(() => waitingForLocks(place.db))) === 0) await turn();
    // What was sent before these has arrived.
    await Promise.all(answers.map(() => up.queue.ping({})));
    stopped = up.stop();
    // It says so once it listens no more for new requests.
    while (!up.output().includes('Stopping')) await turn();
  });
  expect((await Promise.allSettled(answers)).map((a) => a.status)).toEqual(answers.map(() => 'fulfilled'));
  expect(await stopped).toBe(0);
});

test('W11: a client that was disabled is refused by other processes, also when the notification was never sent', async () => {
  // The second change of clients in this process is the one that it dies of: after the commit, before it tells anybody.
  const [one, other] = [await place.up('auth.change-client/after-commit:2'), await place.up()];
  const clientId = 'tests/revoked';
  const client = { expires: aTask().expires, description: '', scopes: ['*'] };
  const { accessToken } = await http(auth, one).createClient({ clientId }, client as never);
  const theirs = http(contract, { rootUrl: other.rootUrl, credentials: { clientId, accessToken } });
  const ask = () =>
    theirs.status({ taskId: slugid() }, undefined, once).then(
      () => 200,
      (err: { status?: number }) => err.status ?? 0,
    );
  while ((await ask()) !== 404);
  expect(await unanswered(http(auth, one).disableClient({ clientId }, undefined, once))).toBe('no answer');
  while ((await ask()) !== 401);
  expect(await ask()).toBe(401);
});
