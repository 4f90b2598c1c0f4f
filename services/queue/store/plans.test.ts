import { script, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTask, openTestQueue, slugid, type TestQueue } from '../fixture.ts';
import { type ChangeRow, countOff, writeChanges } from './changes.ts';
import { takePending } from './claims.ts';
import { deleteTasks } from './expiry.ts';

// A statement by key keeps the plan that it got first. These get it while the tables are nearly empty, and are used when they are not.

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
  for (let n = 0; n < 60; n++) await createTask(t);
  await t.database.db.run(sql`
    insert into queue.claims (task_id, run_id, task_queue_id, worker_group, worker_id, claimed, taken_until)
    select task_id, 0, 'a/b', 'g', 'w', now(), now() from queue.tasks limit 3`);
  await t.database.db.run(script('analyze queue.tasks, queue.claims, queue.deadlines, queue.pending'));
});
afterAll(() => t.close());

/** Thousands of tasks like those that are there, pending in the same queue, and with claims. */
const grow = (tx: Tx) =>
  tx.run(sql`
    with tasks as (
      insert into queue.tasks
      select (jsonb_populate_record(known.task, jsonb_build_object('task_id', lpad(n::text, 22, 'A')))).*
      from (select t as task from queue.tasks t limit 1) known, generate_series(1, 4000) n
      returning task_id, task_group_id, task_queue_id, rank, deadline),
    pending as (
      insert into queue.pending (task_queue_id, rank, inserted, task_id, run_id, deadline)
      select task_queue_id, rank, deadline + row_number() over () * interval '1 ms', task_id, 0, deadline from tasks),
    claims as (
      insert into queue.claims (task_id, run_id, task_queue_id, worker_group, worker_id, claimed, taken_until)
      select task_id, 0, 'a/b', 'g', 'w', now(), now() from tasks)
    insert into queue.deadlines (task_group_id, task_id, deadline, ever_resolved) select task_group_id, task_id, deadline, false from tasks`);

const shrink = async (tx: Tx) => {
  await tx.run(sql`delete from queue.claims where task_queue_id = 'a/b' and task_id like 'A%'`);
  await tx.run(sql`delete from queue.deadlines where task_id like 'A%'`);
  await tx.run(sql`delete from queue.pending where task_id like 'A%'`);
  await tx.run(sql`delete from queue.tasks where task_id like 'A%'`);
};

const Read = Type.Object({ relname: Type.String(), fetched: Type.Integer() });
/** How many rows of each table are read by a second use of these statements, after a first one and growth. */
const readBy = (work: (tx: Tx) => Promise<unknown>) =>
  t.database.db.steady.tx(async (tx) => {
    const read = () =>
      tx.many(
        Read,
        sql`
          select relname, (coalesce(idx_tup_fetch, 0) + seq_tup_read)::int as fetched from pg_stat_xact_user_tables
          where schemaname = 'queue' and relname in ('claims', 'deadlines', 'pending', 'tasks') order by relname`,
      );
    await work(tx);
    await grow(tx);
    const before = await read();
    await work(tx);
    const after = await read();
    await shrink(tx);
    return Object.fromEntries(after.map(({ relname, fetched }, i) => [relname, fetched - (before[i]?.fetched ?? 0)]));
  });

const ended = (taskId: string): ChangeRow => ({
  taskId,
  taskGroupId: slugid(),
  state: 'completed',
  runs: [],
  retriesLeft: 0,
  everResolved: true,
  pending: null,
  unpend: null,
  claim: null,
  endsClaim: true,
  settled: true,
  reopenedUntil: null,
  messages: [],
});
const following = { last: false, resolutions: [], maxEdges: 1, groups: [], claims: undefined };

test('the end of a run reads its own task, claim and deadline', async () => {
  const tasks = [await createTask(t), await createTask(t)];
  const read = await readBy((tx) => writeChanges(tx, tasks.map(ended), following));
  for (const fetched of Object.values(read)) expect(fetched).toBeLessThan(20);
});

test('a claim reads what it takes', async () => {
  const read = await readBy((tx) => takePending(tx, 'test/queue', [{ workerGroup: 'g', workerId: 'w', tasks: 2 }]));
  for (const fetched of Object.values(read)) expect(fetched).toBeLessThan(20);
});

test('a dependent that waits for one task less is found by its id', async () => {
  const dependents = [await createTask(t), await createTask(t)].map((dependentTaskId) => ({ dependentTaskId, satisfied: 1 }));
  const read = await readBy((tx) => countOff(tx, dependents));
  for (const fetched of Object.values(read)) expect(fetched).toBeLessThan(20);
});

interface PlanNode {
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly Plans?: readonly PlanNode[];
}
const Explained = Type.Object({ 'QUERY PLAN': Type.Unsafe<readonly { readonly Plan: PlanNode }[]>({}) });
const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

test('a task that expires is taken from the queue without reading what else waits there', async () => {
  const taskIds = [await createTask(t), await createTask(t)];
  const nodes: PlanNode[] = [];
  // Entries that do not match are passed in the index, so only pages tell.
  const explaining = (tx: Tx): Tx => ({
    ...tx,
    run: async (statement) => {
      const [row] = await tx.many(Explained, sql`explain (analyze, buffers, format json) ${statement}`);
      nodes.push(...(row?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => nodesOf(Plan)));
      return 0;
    },
  });
  await t.database.db.tx(async (tx) => {
    await grow(tx);
    await deleteTasks(explaining(tx), taskIds);
    await shrink(tx);
  });
  const pages = nodes.filter((node) => node['Index Name'] === 'pending_pkey').map((node) => node['Shared Hit Blocks']);
  expect(pages).toHaveLength(1);
  expect(pages[0]).toBeLessThan(20);
});
