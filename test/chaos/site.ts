import { connect, type Database, sql } from '@taskcluster/db';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@taskcluster/db/postgres';
import { silentLog } from '@taskcluster/log';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startUp, type UpProcess } from '../up-process.ts';

export interface SiteOptions {
  /** Whether the platform starts a PostgreSQL of its own, which dies with it; otherwise there is one that stays. */
  readonly embedded: boolean;
  readonly claimMs: number;
}
/** A platform that is killed and started again, and the database that it leaves. */
export interface Site {
  readonly embedded: boolean;
  /** Starts the platform as a process; the failpoint ends it (`packages/db/failpoint.ts`). */
  start(failpoint?: string): Promise<UpProcess>;
  /** Looks into the database; the platform may be running only when it is not embedded. */
  inspect<T>(look: (db: Database) => Promise<T>): Promise<T>;
  /** Kills the PostgreSQL server that stays and starts it again. */
  killPostgres(): Promise<void>;
  /** Ends all sessions of the platform. */
  endSessions(): Promise<void>;
  close(): Promise<void>;
}

// A kill of processes loses nothing that was handed to the operating system, so nothing has to be flushed to the disk here.
const settings = { fsync: 'off', max_connections: '100' };

export const openSite = async ({ embedded, claimMs }: SiteOptions): Promise<Site> => {
  const folder = await mkdtemp(join(tmpdir(), 'taskcluster-chaos-'));
  const dataDir = join(folder, 'data');
  const postgresDir = embedded ? join(dataDir, 'postgres') : join(folder, 'postgres');
  const startPostgres = () => startEmbeddedPostgres({ dataDir: postgresDir, log: () => {}, settings });
  let postgres: EmbeddedPostgres | undefined = embedded ? undefined : await startPostgres();
  // One connection, so that it is never among those that are ended.
  const open = ({ connectionString }: EmbeddedPostgres) => connect({ connectionString, log: silentLog, maxConnections: 1 });
  let db = postgres && open(postgres);
  const port = await freePort();
  const environment = {
    TASK_CLAIM_TIMEOUT: `${claimMs}ms`,
    DEADLINE_DELAY: '500ms',
    CLAIM_WORK_LONG_POLL: '1s',
    LOG_LEVEL: 'silent',
    ...(postgres ? { DATABASE_URL: postgres.connectionString } : {}),
  };
  return {
    embedded,
    start: (failpoint) => {
      const env = failpoint === undefined ? environment : { ...environment, FAILPOINT: failpoint, FAILPOINTS_ALLOWED: 'yes' };
      return startUp({ dataDir, port, args: ['--no-worker'], env });
    },
    inspect: async (look) => {
      if (db) return look(db);
      const server = await startPostgres();
      const opened = open(server);
      try {
        return await look(opened);
      } finally {
        await opened.close();
        await server.stop();
      }
    },
    killPostgres: async () => {
      if (!postgres) throw new Error('The PostgreSQL of an embedded site dies with its platform.');
      process.kill(postgres.pid, 'SIGKILL');
      await postgres.exited;
      await db?.close().catch(() => {});
      postgres = await startPostgres();
      db = open(postgres);
    },
    endSessions: async () =>
      void (await db?.run(
        sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'taskcluster' and pid <> pg_backend_pid()`,
      )),
    close: async () => {
      await db?.close().catch(() => {});
      await postgres?.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
};
