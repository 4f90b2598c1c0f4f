import { type Consumer, consumerLoop, createPublisher, appendMessages } from '@taskcluster/bus';
import { queue as contract } from '@taskcluster/contracts';
import { type Database, sql } from '@taskcluster/db';
import { openTestDatabase } from '@taskcluster/testing';
import { Type } from 'typebox';
import { afterEach, expect, inject, test } from 'vitest';
import { type Engine, openEngine } from '../model/engine.ts';
import { idOf } from '../model/intent.ts';
import type { Answer, Definition, Status } from '../model/vocabulary.ts';

// Moments that need no kill: something happens in between, or clocks disagree. Each test brings it about.

const now = Date.UTC(2030, 0, 1);
const minuteMs = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();
const taskQueueId = 'test/windows';
const open: Engine[] = [];
const anEngine = async (skewMs = 0) => {
  const engine = await openEngine(inject('postgres'), skewMs);
  open.push(engine);
  await engine.setTime(now);
  return engine;
};
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});

const definition = (name: string, changes: Partial<Definition> = {}): Definition => ({
  taskId: idOf(name),
  taskQueueId,
  taskGroupId: idOf(name),
  schedulerId: 'tests',
  projectId: 'none',
  dependencies: [],
  requires: 'all-completed',
  priority: 'lowest',
  retries: 5,
  scopes: [],
  routes: [],
  tags: {},
  payload: {},
  created: iso(now),
  deadline: iso(now + 120 * minuteMs),
  expires: iso(now + 600 * minuteMs),
  ...changes,
});
const create = (engine: Engine, task: Definition) => engine.perform({ do: 'create', definition: task });
const claim = async (engine: Engine): Promise<Status> => {
  const { body } = await engine.perform({ do: 'claimWork', taskQueueId, worker: 'one', tasks: 1 });
  const [claimed] = (body as { tasks: { status: Status }[] }).tasks;
  if (!claimed) throw new Error('There is nothing to claim.');
  return claimed.status;
};
const complete = (engine: Engine, taskId: string) => engine.perform({ do: 'report', taskId, runId: 0, asRun: 0, as: 'completed' });
const statusOf = async (engine: Engine, taskId: string) => (await engine.statuses([taskId]))[0] as Status | undefined;
const takenUntil = ({ body }: Answer) => (body as { takenUntil?: string }).takenUntil;

const Row = Type.Object({ attempts: Type.Integer(), waits: Type.Boolean() });

test('W5: a message whose handler fails is tried eight times and then kept with its error', async () => {
  const { db, clock, close } = await openTestDatabase(inject('postgres'));
  let calls = 0;
  const failing: Consumer<{ readonly db: Database }> = {
    name: 'failing',
    bindings: [{ exchange: 'exchange/taskcluster-queue/v1/task-group-sealed', routingKeyPattern: '#' }],
    handle: async () => {
      calls++;
      throw new Error('not today');
    },
  };
  const loop = consumerLoop(failing);
  await loop.step({ db }, loop.batch);
  const group = { taskGroupId: idOf('a group'), schedulerId: 'tests' };
  const payload = { version: 1, ...group, expires: iso(now), sealed: iso(now) };
  await db.tx((tx) => appendMessages(tx, [createPublisher(contract).taskGroupSealed({ key: group, payload })]));
  const look = () => db.maybe(Row, sql`select attempts, next_attempt is not null as waits from platform.failed_deliveries`);
  for (let n = 1; n <= 8; n++) {
    await loop.step({ db }, loop.batch);
    expect({ calls, ...(await look()) }).toEqual({ calls: n, attempts: n, waits: n < 8 });
    await clock.advance('6m');
  }
  await loop.step({ db }, loop.batch);
  expect(calls).toBe(8);
  await close();
});

test('W6: reclaiming never shortens a claim, also when the clock was set back', async () => {
  const engine = await anEngine();
  await create(engine, definition('W6'));
  const { taskId } = await claim(engine);
  await engine.setTime(now - 10 * minuteMs);
  const answer = await engine.perform({ do: 'reclaim', taskId, runId: 0, asRun: 0 });
  expect(takenUntil(answer)).toBe(iso(now + 20 * minuteMs));
});

test.each([10, -10])('W7: a claim lasts as long as it should when the clock of the process is wrong by %i minutes', async (minutes) => {
  const engine = await anEngine(minutes * minuteMs);
  await create(engine, definition('W7'));
  const status = await claim(engine);
  expect(status.runs[0]?.takenUntil).toBe(iso(now + 20 * minuteMs));
  await engine.setTime(now + 20 * minuteMs - 1);
  await engine.perform({ do: 'loops' });
  expect((await statusOf(engine, status.taskId))?.state).toBe('running');
  await engine.setTime(now + 20 * minuteMs);
  await engine.perform({ do: 'loops' });
  expect((await statusOf(engine, status.taskId))?.runs[0]?.reasonResolved).toBe('claim-expired');
});

test('W8: a dependent that is created while its dependency is being resolved is released', async () => {
  const engine = await anEngine();
  for (let n = 0; n < 40; n++) {
    await create(engine, definition(`W8 required ${n}`));
    const { taskId } = await claim(engine);
    const dependent = definition(`W8 dependent ${n}`, { dependencies: [taskId], taskQueueId: 'test/dependents' });
    const answers = await Promise.all([create(engine, dependent), complete(engine, taskId)]);
    expect(answers.map((a) => a.code)).toEqual(['ok', 'ok']);
    expect((await statusOf(engine, dependent.taskId))?.state).toBe('pending');
  }
});

test('W9: a task with a dependency that does not exist leaves nothing behind', async () => {
  const engine = await anEngine();
  const task = definition('W9', { dependencies: [idOf('nobody')] });
  expect((await create(engine, task)).code).toBe('InputError');
  expect(await statusOf(engine, task.taskId)).toBeUndefined();
  expect(await engine.takeMessages()).toEqual([]);
  // And it is not in the way: the same id can be used for a task that is right.
  expect((await create(engine, definition('W9'))).code).toBe('ok');
});
