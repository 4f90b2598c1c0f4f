import { appendMessages, currentCursor } from '@taskcluster/bus';
import { type Database, sql } from '@taskcluster/db';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { allServices } from '../../apps/server/services.ts';
import { undone } from './consumers.ts';
import { slugid } from './fixture.ts';
import { compareWithStored, newHistory, type Run } from './history.ts';
import { prepare, violations } from './invariants.ts';

// The checks themselves: what they must find is written by hand here, since a platform that is right never shows it.

let t: TestDatabase;
let db: Database;
beforeAll(async () => {
  t = await openTestDatabase(
    inject('postgres'),
    allServices().flatMap((s) => s.migrations ?? []),
  );
  db = t.db;
  await prepare(db);
});
afterAll(() => t.close());
beforeEach(async () => {
  await db.run(sql`truncate queue.tasks, index.tasks, platform.messages, platform.consumers, platform.failed_deliveries`);
  for (const { name } of allServices().flatMap((s) => s.consumers))
    await db.run(sql`insert into platform.consumers (name, cursor) values (${name}, ${await currentCursor(db)})`);
});

const at = (second: number) => `2030-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
const resolvedRun = (runId: number, changes: Partial<Run> = {}): Run => ({
  runId,
  state: 'exception',
  reasonCreated: runId === 0 ? 'scheduled' : 'retry',
  reasonResolved: 'claim-expired',
  started: at(runId),
  resolved: at(runId + 1),
  ...changes,
});

interface Stored {
  readonly runs: readonly Run[];
  readonly retries?: number;
  readonly retriesLeft?: number;
  readonly routes?: readonly string[];
}
const store = async ({ runs, retries = 5, retriesLeft = retries, routes = [] }: Stored): Promise<string> => {
  const taskId = slugid();
  await db.run(sql`
    insert into queue.tasks (task_id, task_queue_id, scheduler_id, task_group_id, project_id, rank, requires, created, deadline, expires,
      retries, retries_left, state, runs, unsatisfied, ever_resolved, routes, tags, definition)
    values (${taskId}, 'test/checks', '-', ${taskId}, 'none', 0, 'all-completed', now(), now(), now(),
      ${retries}, ${retriesLeft}, ${runs.at(-1)?.state}, ${JSON.stringify(runs)}, 0, true, ${routes}, '{}', '{}')`);
  return taskId;
};
const exchange = (name: string) => `exchange/taskcluster-queue/v1/${name}`;
/** Announces what a task has become; the runs are those that the message shows. */
const announce = (taskId: string, name: string, { runs = [], runId, cc = [] }: { runs?: readonly Run[]; runId?: number; cc?: string[] }) =>
  db.tx((tx) =>
    appendMessages(tx, [{ exchange: exchange(name), routingKey: `primary.${taskId}`, cc, payload: { status: { taskId, runs }, runId } }]),
  );
const names = (found: readonly { readonly invariant: string }[]) => [...new Set(found.map((v) => v.invariant))];

test('a message that a consumer has not read is found, and a consumer without a place', async () => {
  expect(await undone(db)).toEqual([]);
  await announce('a-task', 'task-completed', { cc: ['route.index.some.path'] });
  expect(await undone(db)).toMatchObject([{ invariant: 'the consumers have read everything', taskId: 'a-task' }]);
  await db.run(sql`delete from platform.consumers where name = 'queue/removed-workers'`);
  expect((await undone(db)).map((v) => v.detail)).toContain('queue/removed-workers: has no place in the log');
});

test('a delivery that failed is found, and a completed task that is not indexed', async () => {
  await db.run(sql`
    insert into platform.failed_deliveries (consumer, message_id, exchange, routing_key, cc, payload, attempts, last_error)
    values ('index/completed-tasks', 7, 'e', 'k', '{}', '{}', 8, 'no')`);
  await store({ runs: [resolvedRun(0, { state: 'completed', reasonResolved: 'completed' })], routes: ['index.chaos.task.some'] });
  expect(names(await undone(db))).toEqual(['nothing waits to be handed over again', 'a completed task is indexed']);
});

test('a run that was resolved in two ways is found, and a repeat is none', async () => {
  const runs = [resolvedRun(0, { reasonResolved: 'canceled' })];
  const told = async (...others: readonly (readonly Run[])[]) => {
    const history = newHistory(await currentCursor(db));
    const taskId = await store({ runs });
    await announce(taskId, 'task-defined', {});
    for (const name of ['task-pending', 'task-running']) await announce(taskId, name, { runs: [], runId: 0 });
    for (const shown of [runs, ...others]) await announce(taskId, 'task-exception', { runs: shown, runId: 0 });
    await compareWithStored(db, history);
    return names(history.violations);
  };
  expect(await told(runs, runs)).toEqual([]);
  expect(await told([resolvedRun(0, { reasonResolved: 'deadline-exceeded' })])).toEqual(['the messages of a task are its transitions']);
  expect(await told([resolvedRun(0, { reasonResolved: 'canceled', resolved: at(9) })])).toEqual([
    'the messages of a task are its transitions',
  ]);
});

test('retries that were not counted are found, also after a rerun', async () => {
  const shutdown = (runId: number, reasonCreated: string) => resolvedRun(runId, { reasonCreated, reasonResolved: 'worker-shutdown' });
  const counted = async (retries: number, retriesLeft: number, runs: readonly Run[]) => {
    await db.run(sql`truncate queue.tasks`);
    await store({ retries, retriesLeft, runs });
    return names(await violations(db, '-infinity')).filter((name) => /retries|50 runs/.test(name));
  };
  const wrong = ['retries are counted'];
  const before = [
    shutdown(0, 'scheduled'),
    shutdown(1, 'retry'),
    resolvedRun(2, { reasonCreated: 'task-retry', reasonResolved: 'canceled' }),
  ];
  expect(await counted(2, 0, before)).toEqual([]);
  expect(await counted(2, 1, before)).toEqual(wrong);
  const again = [...before, shutdown(3, 'rerun'), shutdown(4, 'retry')];
  expect(await counted(2, 1, again)).toEqual([]);
  expect(await counted(2, 2, again)).toEqual(wrong);
  expect(await counted(2, 0, again)).toEqual(wrong);
  // A claim that reached nobody costs none, but only since the rerun.
  expect(await counted(2, 2, [...before, resolvedRun(3, { reasonCreated: 'rerun' }), shutdown(4, 'retry')])).toEqual([]);
  expect(await counted(2, 2, [resolvedRun(0), shutdown(1, 'rerun'), shutdown(2, 'retry')])).toEqual(wrong);
  // The 50th run leaves no retry, however many the task has.
  const many = Array.from({ length: 49 }, (_, i) => shutdown(i, i === 0 ? 'scheduled' : 'rerun'));
  expect(await counted(2, 0, [...many, shutdown(49, 'rerun')])).toEqual([]);
  expect(await counted(2, 1, [...many, shutdown(49, 'rerun')])).toEqual(wrong);
  expect(await counted(2, 0, [...many, shutdown(49, 'rerun'), shutdown(50, 'rerun')])).toContain('a task has no more than 50 runs');
});
