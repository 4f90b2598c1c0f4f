import path from 'node:path';
import { createCluster, setPassword } from './cluster.ts';
import { connectionString, ensureDatabase } from './database.ts';
import { folderError } from './error.ts';
import { type DataFolder, dataMajor, giveToServer, openDataFolder, password, removeShortSocket } from './folder.ts';
import { clearLeftovers } from './leftover.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { type Postmaster, startPostmaster } from './postmaster.ts';
import { findPrograms, type Programs } from './programs.ts';
import { type ServerUser, serverUser } from './server-user.ts';
import { defaultSettings, type Settings, writeSettings } from './settings.ts';

export interface EmbeddedPostgresOptions {
  /** Absolute path of the folder for the data, the socket, the password and the lock. It is made if it is missing. */
  readonly dataDir: string;
  /** Gets one line for everything that an operator should know. */
  readonly log: (line: string) => void;
  /** PostgreSQL settings that replace the defaults of settings.ts. */
  readonly settings?: Settings;
  /** Gives up a start that is under way; stops the server after it. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedPostgres {
  /** For `pg` or libpq: private socket, user, password, database `taskcluster`. It is a secret. */
  readonly connectionString: string;
  /** The server's version: `18.4`. */
  readonly version: string;
  /** The pid of the server. */
  readonly pid: number;
  /** Ends all sessions, writes everything out, and resolves when the server has ended and the folder is free. Can be called again. */
  stop(): Promise<void>;
  /** Resolves when the server ends without `stop()`: a fault, after which nothing here works. */
  readonly exited: Promise<{ readonly code: number | null }>;
}

/**
 * Starts a PostgreSQL server of our own on a data folder, and makes the data on the first start.
 * When this process dies, however it dies, the server ends within about a second. README.md tells how.
 *
 * @throws PostgresStartError with a code and with what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (!path.isAbsolute(options.dataDir)) throw new TypeError(`dataDir has to be an absolute path, and is ${options.dataDir}.`);
  const folder = openDataFolder(options.dataDir);
  const user = serverUser(folder);
  const lock = lockFolder(folder.root);
  try {
    const { postmaster, programs, secret } = await startServer(folder, user, options);
    const server = {
      ...supervise(postmaster, folder, lock),
      connectionString: connectionString(folder, secret),
      version: programs.version,
    };
    const stop = (): void => void server.stop();
    options.signal?.addEventListener('abort', stop, { once: true });
    if (options.signal?.aborted) stop();
    return server;
  } catch (error) {
    lock.release();
    throw folderError(error, folder.root);
  }
}

async function startServer(
  folder: DataFolder,
  user: ServerUser,
  options: EmbeddedPostgresOptions,
): Promise<{ readonly postmaster: Postmaster; readonly programs: Programs; readonly secret: string }> {
  const { log, signal, settings = {} } = options;
  giveToServer(folder, user);
  await clearLeftovers(folder, log);
  const programs = await findPrograms(folder, user);
  const { value: secret, made } = password(folder, user);
  const parts = { folder, user, programs, log, signal };
  if (dataMajor(folder) === undefined) {
    log(`Making a database in ${folder.root} with PostgreSQL ${programs.version} (${programs.origin}).`);
    await createCluster({ ...parts, durable: settings['fsync'] !== 'off' });
  } else if (made) {
    log('The password file was missing: a new password is set.');
    await setPassword(parts, secret);
  }
  writeSettings(folder, user, { ...defaultSettings(programs.major), ...settings });
  const postmaster = await startPostmaster(parts);
  try {
    await ensureDatabase(folder, secret);
    return { postmaster, programs, secret };
  } catch (error) {
    await postmaster.stop();
    throw error;
  }
}

/** Frees the folder when the server has ended, and tells an end that was asked for from a fault. */
function supervise(postmaster: Postmaster, folder: DataFolder, lock: FolderLock): Pick<EmbeddedPostgres, 'pid' | 'stop' | 'exited'> {
  let asked = false;
  const freed = postmaster.ended.then((end) => {
    removeShortSocket(folder);
    lock.release();
    return end;
  });
  return {
    pid: postmaster.pid,
    stop: async () => {
      asked = true;
      await postmaster.stop();
      await freed;
    },
    exited: new Promise((resolve) => {
      void freed.then((end) => {
        if (!asked) resolve(end);
      });
    }),
  };
}
