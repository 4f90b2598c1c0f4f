import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../measure.ts';
import { postgresOf } from '../platform.ts';

// What createTask leaves in the database for a task that can be claimed at once, and nothing else: no HTTP, no signature, no checks, no
// groups, no answer. As much text as the tasks of the benchmark have.
const script = `
with n as (select gen_random_uuid()::text as id, now() as now),
task as (
  insert into queue.tasks (task_id, task_queue_id, scheduler_id, task_group_id, project_id, rank, requires, created, deadline, expires,
    retries, retries_left, state, runs, unsatisfied, routes, tags, definition)
  select id, 'bench/bare', 'bench', id, 'none', 7, 'all-completed', now, now + interval '1 hour', now + interval '1 day', 5, 5, 'pending',
    '[{"runId":0,"state":"pending","reasonCreated":"scheduled","scheduled":"2026-01-01T00:00:00.000Z"}]', 0, '{}', '{"kind":"bench"}',
    json_build_object('payload', repeat('x', 600)) from n),
pending as (
  insert into queue.pending (task_queue_id, rank, inserted, task_id, run_id, deadline)
  select 'bench/bare', 7, now, id, 0, now + interval '1 hour' from n),
deadline as (insert into queue.deadlines (task_group_id, task_id, deadline) select id, id, now + interval '1 hour' from n)
insert into platform.messages (exchange, routing_key, payload)
select 'exchange/taskcluster-queue/v1/' || m.name, 'primary.' || id || '._._._.bench.bare.bench.' || id || '._', json_build_object('status', repeat('x', 500))
from n, (values ('task-defined'), ('task-pending')) m (name);
`;

/**
 * The same rows as createTask's, inserted by pgbench with 32 clients into the platform's own PostgreSQL: what a task would cost if there were
 * nothing around it. createTask has to reach a quarter of it.
 */
export async function* bareInsert(dataDir: string, seconds: number, createPerSecond: number | undefined): AsyncGenerator<Result> {
  const { host, password } = await postgresOf(dataDir);
  const file = join(dataDir, 'bare-insert.sql');
  await writeFile(file, script);
  const options = ['--no-vacuum', '--client=32', '--jobs=2', '--protocol=prepared', `--time=${seconds}`, `--file=${file}`];
  const said = await pgbench([...options, `--host=${host}`, '--username=taskcluster', 'taskcluster'], {
    PGPASSWORD: password,
  });
  if (said === undefined) {
    yield { name: 'the same rows by pgbench', text: 'there is no pgbench here' };
    return;
  }
  const perSecond = Number(/tps = ([\d.]+)/.exec(said)?.[1]);
  if (!(perSecond > 0)) throw new Error(`pgbench did not say how fast it was:\n${said}`);
  yield { name: 'the same rows by pgbench, 32 clients', perSecond };
  if (createPerSecond === undefined) return;
  const share = createPerSecond / perSecond;
  yield { name: 'createTask beside that', text: `${Math.round(share * 100)} %`, target: { text: '≥ 25 %', reached: share >= 0.25 } };
}

/** What pgbench says; undefined when there is none. */
const pgbench = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const child = spawn('pgbench', args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    child.once('error', (err: NodeJS.ErrnoException) => (err.code === 'ENOENT' ? resolve(undefined) : reject(err)));
    child.once('close', (code) => (code === 0 ? resolve(said) : reject(new Error(`pgbench failed:\n${said}`))));
  });
