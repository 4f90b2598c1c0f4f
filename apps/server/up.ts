import { http } from '@taskcluster/client';
import { loadConfig } from '@taskcluster/config';
import { contracts } from '@taskcluster/contracts';
import { type EmbeddedPostgres, type FolderLock, lockFolder, startEmbeddedPostgres } from '@taskcluster/db/postgres';
import { createLog, type Log } from '@taskcluster/log';
import type { RunningWorker } from '@taskcluster/worker';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { credentialsFile, writeCredentials } from './credentials-file.ts';
import { returnClaims } from './orphaned-claims.ts';
import { checkSettings, type RunningPlatform, startPlatform } from './platform.ts';
import { settings } from './settings.ts';
import { UpError } from './up-error.ts';
import { keepRequestsYoung } from './young-objects.ts';

/** The options of `taskcluster up`. */
export interface UpOptions {
  readonly port: number;
  readonly host: string;
  /** The folder of everything that is kept. */
  readonly dataDir: string;
  /** How many tasks the built-in worker runs at a time; 0 or absent: one for each core. */
  readonly workers?: number;
  /** Whether there is a built-in worker. */
  readonly worker: boolean;
}
export interface UpStreams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** The queue of the built-in worker. */
export const localQueue = 'local/default';

/**
 * Runs the whole platform until SIGINT or SIGTERM, then drains it: no new requests, running ones finish, the built-in worker
 * gives its tasks back, the database stops. Answers the exit code: 0 after a stop, 1 when it could not start or the database died.
 */
export const runUp = async (options: UpOptions, { stdout, stderr }: UpStreams): Promise<number> => {
  keepRequestsYoung();
  const stop = stopSignals(stderr);
  try {
    const parts = await start(options, stderr);
    await greet(parts, stdout);
    const reason = await Promise.race([stop.requested.then(() => 'signal' as const), parts.databaseEnded.then(() => 'database' as const)]);
    if (reason === 'database') stderr.write('The database has stopped unexpectedly. Everything acknowledged is safe in it; start again.\n');
    else stderr.write('Stopping: running requests finish, running tasks go back to the queue. Press Ctrl-C again to stop at once.\n');
    await parts.stop();
    return reason === 'signal' ? 0 : 1;
  } catch (err) {
    stderr.write(`${explain(err, options)}\n`);
    return 1;
  } finally {
    stop.off();
  }
};

interface Parts {
  readonly platform: RunningPlatform;
  readonly dataDir: string;
  readonly databaseEnded: Promise<unknown>;
  readonly stop: () => Promise<void>;
}

const start = async (options: UpOptions, stderr: UpStreams['stderr']): Promise<Parts> => {
  const dataDir = resolve(options.dataDir);
  checkSettings(process.env);
  const config = loadConfig(settings, process.env);
  const lock = takeFolder(dataDir);
  let postgres: EmbeddedPostgres | undefined;
  let platform: RunningPlatform | undefined;
  try {
    const log = createLog({ level: config.logLevel, name: 'taskcluster' });
    if (config.databaseUrl === '')
      postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log: (line) => log.info({ line }, 'postgres') });
    const connectionString = postgres?.connectionString ?? config.databaseUrl;
    platform = await startPlatform({
      connectionString,
      alone: postgres !== undefined,
      dataDir,
      host: options.host,
      port: options.port,
      log,
      env: process.env,
    });
    writeCredentials(dataDir, platform.rootUrl, platform.rootCredentials.accessToken);
    const worker = options.worker
      ? await startLocalWorker({ platform, dataDir, log, capacity: options.workers || availableParallelism() })
      : undefined;
    if (!platform.rootUrl.endsWith(`:${platform.port}`))
      stderr.write(`Users reach this platform at ${platform.rootUrl}; it listens on ${options.host}:${platform.port}.\n`);
    const parts = { worker, platform, postgres, lock };
    return { platform, dataDir, databaseEnded: postgres?.exited ?? new Promise(() => {}), stop: () => stopParts(parts) };
  } catch (err) {
    await stopParts({ worker: undefined, platform, postgres, lock });
    throw err;
  }
};

interface Stoppable {
  readonly worker: RunningWorker | undefined;
  readonly platform: RunningPlatform | undefined;
  readonly postgres: EmbeddedPostgres | undefined;
  readonly lock: FolderLock;
}

const stopParts = async ({ worker, platform, postgres, lock }: Stoppable) => {
  await worker?.stop();
  await platform?.stop();
  await postgres?.stop();
  lock.release();
};

// Not mkdir with `recursive`: on /proc, where a folder can never be made, Node 24 tries for ever.
const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
};

/** Makes the data folder and takes it for this process: two of them would run each other's tasks and sweep each other's files. */
const takeFolder = (dataDir: string): FolderLock => {
  try {
    makeFolder(dataDir);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown reason';
    throw new UpError(`The data folder ${dataDir} cannot be made or written to (${why}). Choose another one with --data-dir.`, { cause });
  }
  return lockFolder(dataDir);
};

interface LocalWorker {
  readonly platform: RunningPlatform;
  readonly dataDir: string;
  readonly log: Log;
  readonly capacity: number;
}

// Loaded only when there is to be a worker.
const startLocalWorker = async ({ platform, dataDir, log, capacity }: LocalWorker): Promise<RunningWorker> => {
  const { startWorker } = await import('@taskcluster/worker');
  const identity = { taskQueueId: localQueue, workerGroup: 'local', workerId: workerName(hostname()) };
  await returnClaims(platform, identity, log);
  return startWorker({
    rootUrl: platform.rootUrl,
    credentials: platform.rootCredentials,
    ...identity,
    capacity,
    tasksDir: join(dataDir, 'tasks'),
    log: log.child({ worker: 'local' }),
  });
};

/** A worker id has letters, digits, `-` and `_` only, at most 38 of them. */
const workerName = (host: string) => host.replace(/[^a-zA-Z0-9-_]/g, '-').slice(0, 38) || 'worker';

const greet = async ({ platform, dataDir }: Parts, stdout: UpStreams['stdout']): Promise<void> => {
  const { rootUrl, newSignInCode } = platform;
  const lines = [
    `Taskcluster is running at ${rootUrl}`,
    '',
    `  Sign in (once, within 15 minutes):  ${rootUrl}/signin#${await newSignInCode()}`,
    `  Run a first task:                   npx taskcluster run -- echo hello`,
    `  Credentials for clients:            ${credentialsFile(dataDir)}`,
    '',
    'Ctrl-C stops it.',
    '',
  ];
  stdout.write(`${lines.join('\n')}\n`);
};

/** A new one-time link for the platform whose data folder this is. It must be running: its address and database are asked. */
export const newSignInLink = async (dataDir: string): Promise<string> => {
  const file = credentialsFile(resolve(dataDir));
  if (!existsSync(file)) throw new UpError(`${file} does not exist. Start the platform first, or name its folder with --data-dir.`);
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  const rootUrl = value('TASKCLUSTER_ROOT_URL');
  const credentials = { clientId: value('TASKCLUSTER_CLIENT_ID'), accessToken: value('TASKCLUSTER_ACCESS_TOKEN') };
  const { code } = await http(contracts.webServer, { rootUrl, credentials }).newSignInCode({}, undefined, { retries: 0 });
  return `${rootUrl}/signin#${code}`;
};

const stopSignals = (stderr: UpStreams['stderr']) => {
  let request = () => {};
  const requested = new Promise<void>((resolve) => (request = resolve));
  let count = 0;
  const onSignal = () => {
    request();
    if (++count > 1) {
      stderr.write('Stopped at once. The next start recovers.\n');
      process.exit(130);
    }
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { requested, off: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
};

const explain = (err: unknown, { host, port }: UpOptions): string => {
  const { code, message } = err as { code?: string; message?: string };
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is taken. Stop what listens there, or choose another port with --port.`;
  if (code === 'EACCES' && port < 1024) return `Port ${port} needs special rights. Choose a port above 1023 with --port.`;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return `The database of DATABASE_URL cannot be reached (${message ?? code}). Is it running, and is the address right?`;
  return err instanceof Error ? err.message : String(err);
};
