import { appendMessages } from '@taskcluster/bus';
import { http } from '@taskcluster/client';
import { events as contract, queue as queueContract } from '@taskcluster/contracts';
import type { Tx } from '@taskcluster/db';
import { testPlatform, type TestPlatform } from '@taskcluster/server/testing';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type Events, eventsOf } from './fixture.ts';

// A listener whose process goes away, or who comes to another process, goes on where it was.

const exchange = 'exchange/taskcluster-queue/v1/task-running';
const everything = `${exchange}:#`;

let t: TestPlatform;
beforeEach(async () => {
  t = await testPlatform(inject('postgres'));
});
afterEach(() => t.close());

const append = (tx: Tx, ...keys: readonly string[]) =>
  appendMessages(
    tx,
    keys.map((routingKey) => ({ exchange, routingKey, cc: [], payload: {} })),
  );
/** Writes messages as any process of the platform would, whether one serves or not. */
const publish = (...keys: readonly string[]) => t.db.tx((tx) => append(tx, ...keys));

interface Listener extends Events {
  /** Reads so many messages; answers their keys and the last cursor. */
  read(count: number): Promise<{ readonly keys: string[]; readonly cursor: string }>;
}

/** Listens at a process; answers when it is told where it is. */
const listen = async (rootUrl: string, cursor?: string, bind = everything): Promise<Listener> => {
  const { body } = await http(contract, { rootUrl, credentials: t.credentials }).events({ bind, ...(cursor ? { cursor } : {}) });
  const events = eventsOf(body);
  const place = await events.next();
  expect(place?.event).toBe('place');
  let at = place?.id ?? '';
  if (cursor) expect(at).toBe(cursor);
  return {
    ...events,
    read: async (count) => {
      const keys: string[] = [];
      while (keys.length < count) {
        const event = await events.next();
        if (!event) throw new Error(`The stream ended after ${keys.join(', ') || 'nothing'}.`);
        at = event.id ?? at;
        if (event.data) keys.push(event.data.routingKey);
      }
      return { keys, cursor: at };
    },
  };
};

test('when the platform is started anew, a listener gets what was written meanwhile, once, and then what is new', async () => {
  const before = await listen(t.rootUrl);
  await publish('one');
  const { cursor } = await before.read(1);
  await t.stop();
  expect(await before.next()).toBeUndefined();
  await publish('two');
  await publish('three', 'four');
  const { rootUrl } = await t.another();
  const after = await listen(rootUrl, cursor);
  expect((await after.read(3)).keys).toEqual(['two', 'three', 'four']);
  await publish('five');
  expect((await after.read(1)).keys).toEqual(['five']);
  await after.leave();
});

test('a message whose transaction was open over the restart is not skipped, and what was read before is not read again', async () => {
  const open = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const late = t.db.tx(async (tx) => {
    await append(tx, 'late');
    begun.resolve();
    await open.promise;
  });
  await begun.promise;
  const before = await listen(t.rootUrl);
  await publish('early');
  const { keys, cursor } = await before.read(1);
  expect(keys).toEqual(['early']);
  await t.stop();
  const { rootUrl } = await t.another();
  const after = await listen(rootUrl, cursor);
  open.resolve();
  await late;
  await publish('end');
  expect((await after.read(2)).keys).toEqual(['late', 'end']);
  await after.leave();
});

test('a listener that was in the middle of more than a page reads the rest of it after a restart', async () => {
  const keys = Array.from({ length: 1_200 }, (_, i) => `m.${i}`);
  const start = await listen(t.rootUrl);
  await publish('first');
  const { cursor: begin } = await start.read(1);
  await start.leave();
  await publish(...keys);
  const before = await listen(t.rootUrl, begin);
  const part = await before.read(500);
  await t.stop();
  await publish('last');
  const { rootUrl } = await t.another();
  const after = await listen(rootUrl, part.cursor);
  expect([...part.keys, ...(await after.read(701)).keys]).toEqual([...keys, 'last']);
  await after.leave();
});

test('a listener that goes from process to process, with each cursor to the other one, misses and repeats nothing while others write', async () => {
  const places = [t.rootUrl, (await t.another()).rootUrl] as const;
  const [writers, each] = [4, 25];
  let listener = await listen(places[0]);
  const writing = Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let i = 0; i < each; i++) await publish(...Array.from({ length: 1 + (i % 3) }, (_, part) => `${writer}.${i}.${part}`));
    }),
  );
  const wanted = Array.from({ length: writers }, (_, w) =>
    Array.from({ length: each }, (_, i) => Array.from({ length: 1 + (i % 3) }, (_, part) => `${w}.${i}.${part}`)),
  ).map((messages) => messages.flat());
  const seen: string[] = [];
  for (let hops = 1; seen.length < wanted.flat().length;) {
    const event = await listener.next();
    if (!event) throw new Error(`The stream ended after ${seen.length} messages.`);
    if (event.data) seen.push(event.data.routingKey);
    if (event.id === undefined) continue;
    await listener.leave();
    listener = await listen(places[hops++ % 2] ?? '', event.id);
  }
  await writing;
  for (const [writer, messages] of wanted.entries()) expect(seen.filter((key) => key.startsWith(`${writer}.`))).toEqual(messages);
  await publish('end');
  expect((await listener.read(1)).keys).toEqual(['end']);
  await listener.leave();
});

test('who follows a task group hears of all its tasks and of no others, also over a restart', async () => {
  const newId = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  const [taskGroupId, other, first, second] = [newId(), newId(), newId(), newId()];
  const create = (taskId: string, group: string, dependencies: readonly string[] = []) => {
    const inHours = (hours: number) => new Date(t.clock.now() + hours * 3_600_000).toISOString();
    const metadata = { name: 'a', description: 'b', owner: 'c@example.com', source: 'https://example.com' };
    const times = { created: inHours(0), deadline: inHours(1), expires: inHours(48) };
    return t.clients.queue.createTask(
      { taskId },
      {
        taskQueueId: 'events/resume',
        schedulerId: 'tests',
        taskGroupId: group,
        dependencies: [...dependencies],
        payload: {},
        metadata,
        ...times,
      },
    );
  };
  const names = ['task-defined', 'task-pending', 'task-running', 'task-completed'];
  const v1 = 'exchange/taskcluster-queue/v1';
  const bind = [
    ...names.map((name) => `${v1}/${name}:primary.*.*.*.*.*.*.*.${taskGroupId}.#`),
    `${v1}/task-group-resolved:primary.${taskGroupId}.#`,
  ].join(',');
  const told: string[] = [];
  let at = '';
  const follow = async (events: Events, until: string) => {
    while (told.at(-1) !== until) {
      const event = await events.next();
      if (!event) throw new Error(`The stream ended after ${told.join(', ')}.`);
      at = event.id ?? at;
      if (!event.data) continue;
      const { status } = event.data.payload as { status?: { taskId: string } };
      told.push(
        `${event.data.exchange.slice(v1.length + 1)} ${status ? ['first', 'second'][[first, second].indexOf(status.taskId)] : 'group'}`,
      );
    }
  };
  const before = await listen(t.rootUrl, undefined, bind);
  await create(first, taskGroupId);
  await create(newId(), other);
  await create(second, taskGroupId, [first]);
  await follow(before, 'task-defined second');
  const elsewhere = await t.another();
  await before.leave();
  await t.stop();
  const queue = http(queueContract, { rootUrl: elsewhere.rootUrl, credentials: t.credentials });
  for (const taskId of [first, second]) {
    await queue.claimTask({ taskId, runId: '0' }, { workerGroup: 'g', workerId: 'w' });
    await queue.reportCompleted({ taskId, runId: '0' });
  }
  const after = await listen(elsewhere.rootUrl, at, bind);
  await follow(after, 'task-group-resolved group');
  await after.leave();
  expect(told).toEqual([
    'task-defined first',
    'task-pending first',
    'task-defined second',
    'task-running first',
    'task-completed first',
    'task-pending second',
    'task-running second',
    'task-completed second',
    'task-group-resolved group',
  ]);
});
