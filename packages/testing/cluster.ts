import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@taskcluster/db/postgres';

declare module 'vitest' {
  interface ProvidedContext {
    /** The connection string of the cluster that all test files share. Its user may make databases. */
    readonly postgres: string;
  }
}

export interface TestCluster {
  readonly connectionString: string;
  /** Stops the server and removes its folder. Can be called again. */
  stop(): Promise<void>;
}

/**
 * The one cluster of a test run. It is thrown away, so nothing is flushed to the disk: a crash of the machine would lose it, a kill of the
 * server would not. This is for tests alone; everything else about the server is as it is in use, commits included.
 */
const testSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  // A run has a database, a pool and a listener for each test file, several at a time.
  max_connections: '200',
  max_wal_size: '1GB',
};

const prefix = 'taskcluster-test-cluster-';

/** Starts a cluster in a folder of its own below the folder for temporary files: 0.5 s. */
export async function startTestCluster(): Promise<TestCluster> {
  removeForgotten();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
  const remove = (): void => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const lines: string[] = [];
  let server: EmbeddedPostgres;
  try {
    server = await startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log: (line) => lines.push(line), settings: testSettings });
  } catch (error) {
    remove();
    throw error;
  }
  void server.exited.then(() => console.error(['The PostgreSQL server of the tests has ended. It said:', ...lines.slice(-20)].join('\n')));
  return {
    connectionString: server.connectionString,
    stop: async () => {
      await server.stop();
      remove();
    },
  };
}

/** Folders of runs that were killed. Their servers have ended by themselves. */
function removeForgotten(): void {
  for (const name of fs.readdirSync(os.tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      fs.rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
    } catch {
      // somebody else's
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** What this file needs of vitest's project. */
interface Provider {
  provide(key: 'postgres', value: string): void;
}

let shared: TestCluster | undefined;

/** For `globalSetup` in the vitest configuration: tests get the connection string by `inject('postgres')`. */
export async function setup(project: Provider): Promise<void> {
  shared = await startTestCluster();
  project.provide('postgres', shared.connectionString);
}

export async function teardown(): Promise<void> {
  await shared?.stop();
  shared = undefined;
}
