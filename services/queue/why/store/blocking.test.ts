import { sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTask, openTestQueue, type TestQueue } from '../../fixture.ts';
import { hopelessTasks, waitingTasks } from './blocking.ts';

let t: TestQueue;
let taskId: string;
beforeAll(async () => {
  t = await openTestQueue();
  taskId = await createTask(t, { dependencies: [await createTask(t), await createTask(t)] });
  // Thousands of others, which wait for each other too.
  await t.database.db.run(sql`
    insert into queue.tasks
    select (jsonb_populate_record(known.task, jsonb_build_object('task_id', lpad(n::text, 22, 'A')))).*
    from (select t as task from queue.tasks t where task_id = ${taskId}) known, generate_series(1, 4000) n`);
  await t.database.db.run(sql`
    insert into queue.dependencies (required_task_id, dependent_task_id, requires, satisfied, expires)
    select lpad(n::text, 22, 'A'), lpad((n + 1)::text, 22, 'A'), 'all-completed', false, platform.now() from generate_series(1, 3999) n`);
});
afterAll(() => t.close());

const Read = Type.Object({ fetched: Type.Integer() });
/** How many rows of tasks and dependencies a statement reads. */
const readBy = (work: (tx: Tx) => Promise<unknown>) =>
  t.database.db.tx(async (tx) => {
    const read = async () => {
      const row = await tx.maybe(
        Read,
        sql`
          select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::int as fetched from pg_stat_xact_user_tables
          where schemaname = 'queue' and relname in ('dependencies', 'tasks')`,
      );
      return row?.fetched ?? 0;
    };
    const before = await read();
    await work(tx);
    return (await read()) - before;
  });

test('the walk reads the tasks that are waited for, however many others there are', async () => {
  expect(await readBy((tx) => waitingTasks(tx, taskId, 502))).toBeLessThan(20);
});

test('so does the search for what failed', async () => {
  expect(await readBy((tx) => hopelessTasks(tx, [{ taskId, need: 0 }], 10_000, 500))).toBeLessThan(20);
});
