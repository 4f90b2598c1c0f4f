import type { Client, Credentials } from '@taskcluster/client';
import { http, type Sign } from '@taskcluster/client/http';
import { contracts } from '@taskcluster/contracts';
import { type Database, sql } from '@taskcluster/db';
import { authorizationHeader } from '@taskcluster/hawk';
import { type Log, silentLog } from '@taskcluster/log';
import { openTestDatabase, type TestClock } from '@taskcluster/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { freePort } from './free-port.ts';
import { type RunningPlatform, startPlatform } from './platform.ts';
import { allServices, type RunnableService } from './services.ts';

/** A whole platform of its own for a test file: real server, real database; its clock runs, and the test can move it forward. */
export interface TestPlatform {
  readonly rootUrl: string;
  readonly port: number;
  readonly dataDir: string;
  readonly db: Database;
  readonly connectionString: string;
  readonly clock: TestClock;
  readonly credentials: Credentials;
  /** Clients with all scopes, over HTTP. */
  readonly clients: { readonly [K in keyof typeof contracts]: Client<(typeof contracts)[K]> };
  readonly newSignInCode: () => Promise<string>;
  /** The names of the messages about a task, in the order in which they were announced. */
  readonly announced: (taskId: string) => Promise<string[]>;
  /** Another process on the same database and data folder; on this port, or a free one. It ends with `close`, if not before. */
  readonly another: (port?: number) => Promise<RunningPlatform>;
  /** Stops the server; the database stays until `close`. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const Name = Type.Object({ name: Type.String() });

/** What a test may put in place of the usual parts. */
export interface TestParts {
  readonly log?: Log;
  readonly services?: readonly RunnableService[];
  /** The clock of the process, which goes by the database's; without it the platform goes by the clock that the test moves. */
  readonly processNow?: () => number;
}
export { allServices, type RunnableService };

/** Starts a platform on the cluster of the test run (`inject('postgres')`). `env` sets the services' settings. */
export const testPlatform = async (
  cluster: string,
  env: Readonly<Record<string, string>> = {},
  { log = silentLog, services, processNow }: TestParts = {},
): Promise<TestPlatform> => {
  const database = await openTestDatabase(cluster);
  const dataDir = await mkdtemp(join(tmpdir(), 'taskcluster-test-'));
  const port = await freePort('127.0.0.1');
  const start = (on: number, more: Readonly<Record<string, string>> = {}) =>
    startPlatform({
      connectionString: database.connectionString,
      dataDir,
      host: '127.0.0.1',
      port: on,
      log,
      env: { ...env, ...more },
      ...(processNow ? { processNow } : { now: database.clock.now }),
      checkRows: true,
      ...(services && { services }),
    });
  const platform = await start(port);
  const { rootUrl, rootCredentials: credentials } = platform;
  // Signed with the platform's clock, which the test moves.
  const sign: Sign = (request) => authorizationHeader({ ...request, now: database.clock.now() });
  const entries = Object.entries(contracts).map(([name, contract]) => [name, http(contract, { rootUrl, credentials, sign })]);
  const clients = Object.fromEntries(entries) as unknown as TestPlatform['clients'];
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= platform.stop());
  // Root's token is kept in a file that only `taskcluster up` writes.
  const others = remembered((on = 0) => start(on, { ROOT_ACCESS_TOKEN: credentials.accessToken }));
  return {
    rootUrl,
    port,
    dataDir,
    db: database.db,
    connectionString: database.connectionString,
    clock: database.clock,
    credentials,
    clients,
    newSignInCode: platform.newSignInCode,
    announced: async (taskId) => {
      const rows = await database.db.many(
        Name,
        sql`select split_part(exchange, '/', 4) as name from platform.messages where payload -> 'status' ->> 'taskId' = ${taskId} order by id`,
      );
      return rows.map((r) => r.name);
    },
    another: others.start,
    stop,
    close: async () => {
      await Promise.all([stop(), others.stopAll()]);
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** Platforms that are to be stopped together, unless they were before. */
const remembered = (start: (port?: number) => Promise<RunningPlatform>) => {
  const all: RunningPlatform[] = [];
  return {
    start: async (port?: number): Promise<RunningPlatform> => {
      const started = await start(port);
      let ended: Promise<void> | undefined;
      const once = { ...started, stop: () => (ended ??= started.stop()) };
      all.push(once);
      return once;
    },
    stopAll: () => Promise.all(all.map((platform) => platform.stop())),
  };
};
