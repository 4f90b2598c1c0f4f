import { type Client, http } from '@taskcluster/client';
import { queue as contract } from '@taskcluster/contracts';
import { type Database, sql } from '@taskcluster/db';
import { openTestDatabase } from '@taskcluster/testing';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { freePort, startUp, type UpProcess } from '../up-process.ts';

/** A platform in a process of its own on a database of the test run, which stays when the process is killed. */
export interface Place {
  readonly db: Database;
  /** Starts a process; the failpoint ends it. Several may run at once. */
  up(failpoint?: string): Promise<Up>;
  /** The messages about a task: `task-pending 0`. */
  told(taskId: string): Promise<string[]>;
  /** How many rows of a task there are, in whatever table. */
  rowsOf(taskId: string): Promise<number>;
  close(): Promise<void>;
}
export interface Up extends UpProcess {
  readonly queue: Client<typeof contract>;
}

export const slugid = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
export const taskQueueId = 'test/windows';
export const worker = { tasks: 1, workerGroup: 'group', workerId: 'worker' };
/** One attempt: a client that tries again would hide what became of the first. */
export const once = { retries: 0, timeoutMs: 20_000 } as const;
/** What a call that was never answered comes to. */
export const unanswered = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (err: { status?: number }) => (err.status === 0 ? 'no answer' : `refused with ${err.status}`),
  );

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
export const aTask = (changes: object = {}) => ({
  taskQueueId,
  schedulerId: '-',
  projectId: 'none',
  dependencies: [] as string[],
  requires: 'all-completed' as const,
  created: inHours(0),
  deadline: inHours(2),
  expires: inHours(24),
  routes: [],
  priority: 'lowest' as const,
  retries: 5,
  scopes: [],
  payload: {},
  tags: {},
  extra: {},
  metadata: {
    name: 'a task',
    description: '',
    owner: 'tests@example.com',
    source: 'https://example.com',
  },
  ...changes,
});

const Name = Type.Object({ name: Type.String() });
const Count = Type.Object({ count: Type.Integer() });

export const openPlace = async (cluster: string): Promise<Place> => {
  const database = await openTestDatabase(cluster);
  const folder = await mkdtemp(join(tmpdir(), 'taskcluster-windows-'));
  const running: UpProcess[] = [];
  const secrets = { TASKCLUSTER_SECRET: 'a1'.repeat(32), ROOT_ACCESS_TOKEN: 'r'.repeat(44) };
  return {
    db: database.db,
    up: async (failpoint) => {
      const armed: Record<string, string> = failpoint === undefined ? {} : { FAILPOINT: failpoint, FAILPOINTS_ALLOWED: 'yes' };
      const dataDir = join(folder, String(running.length));
      const env = { DATABASE_URL: database.connectionString, LOG_LEVEL: 'silent', CLAIM_WORK_LONG_POLL: '2s', ...secrets, ...armed };
      const process = await startUp({ dataDir, port: await freePort(), args: ['--no-worker'], env });
      running.push(process);
      return { ...process, queue: http(contract, process) };
    },
    told: async (taskId) => {
      const rows = await database.db.many(
        Name,
        sql`
          select concat_ws(' ', split_part(exchange, '/', 4), payload ->> 'runId') as name
          from platform.messages where payload -> 'status' ->> 'taskId' = ${taskId} order by id`,
      );
      return rows.map((r) => r.name);
    },
    rowsOf: async (taskId) => {
      const row = await database.db.maybe(
        Count,
        sql`
          select ((select count(*) from queue.tasks where task_id = ${taskId}) + (select count(*) from queue.pending where task_id = ${taskId})
            + (select count(*) from queue.deadlines where task_id = ${taskId}) + (select count(*) from queue.claims where task_id = ${taskId})
            + (select count(*) from queue.dependencies where dependent_task_id = ${taskId}))::int as count`,
      );
      return row?.count ?? 0;
    },
    close: async () => {
      for (const process of running) await process.kill();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
