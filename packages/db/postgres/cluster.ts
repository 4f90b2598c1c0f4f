import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { diskFull, folderError, PostgresStartError, saysDiskFull } from './error.ts';
import { type DataFolder, give } from './folder.ts';
import type { Programs } from './programs.ts';
import { run } from './run.ts';
import type { ServerUser } from './server-user.ts';
import { includeLine } from './settings.ts';

/** The database superuser, whose password is in the data folder. */
export const databaseUser = 'taskcluster';

export interface ClusterRequest {
  readonly folder: DataFolder;
  readonly user: ServerUser;
  readonly programs: Programs;
  /** False leaves out the flush to the disk at the end; for clusters that tests throw away. */
  readonly durable: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How programs name the folder that they were started in.
 *
 * Root may keep the data below a folder that the server's user cannot enter (/root has mode 0700). Nothing has to move and no mode has to
 * change for that: the kernel lets a process use its working folder however it got there, and /proc/self/cwd is an absolute name for it.
 * Elsewhere than on Linux the plain path has to do.
 */
export function workingFolder(folder: string, user: ServerUser): string {
  return user.switched && process.platform === 'linux' ? '/proc/self/cwd' : folder;
}

/** Makes the cluster beside its place and renames it when it is complete: an interrupted start leaves nothing half done. About 0.5 s. */
export async function createCluster(request: ClusterRequest): Promise<void> {
  const { folder, user, programs } = request;
  const draft = `${folder.pgdata}.${randomBytes(6).toString('hex')}`;
  try {
    fs.mkdirSync(draft, { mode: 0o700 });
    give(draft, user);
    const { code, output } = await run({
      file: path.join(programs.bin, 'initdb'),
      args: initdbArguments(programs.major, workingFolder(draft, user), request.durable),
      user,
      cwd: draft,
      env: programs.env,
      signal: request.signal,
    });
    if (code !== 0) throw initFailed(folder, output, code);
    fs.appendFileSync(path.join(draft, 'postgresql.conf'), `\n${includeLine}\n`, { flush: request.durable });
    fs.renameSync(draft, folder.pgdata);
    if (request.durable) flushFolder(folder.server);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true, maxRetries: 5 });
    if (request.signal?.aborted) throw new PostgresStartError('Stopped', 'The start of PostgreSQL was stopped.', { cause: error });
    throw folderError(error, folder.root);
  }
}

/** Puts the names in a folder on the disk. */
function flushFolder(folder: string): void {
  const handle = fs.openSync(folder, 'r');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

/**
 * Gives the database user another password. The server's single-user mode asks for none: it is for whoever owns the files.
 * Call it while no server runs.
 */
export async function setPassword(request: Omit<ClusterRequest, 'durable'>, password: string): Promise<void> {
  const { folder, user, programs, signal } = request;
  const { code, output } = await run({
    file: path.join(programs.bin, 'postgres'),
    args: ['--single', '-D', workingFolder(folder.pgdata, user), 'postgres'],
    user,
    cwd: folder.pgdata,
    env: programs.env,
    input: `alter role ${databaseUser} password '${password}'\n`,
    signal,
  });
  if (code === 0) return;
  fs.rmSync(folder.password, { force: true }); // so that the next start tries again
  throw new PostgresStartError(
    'StartFailed',
    `PostgreSQL ended with ${code} when it was to take a new password in ${folder.root}. Repair what it names and start again:\n${output.trim()}`,
  );
}

/**
 * The order of text is the order of its code points, in every version and on every machine, so that an index never depends on the
 * C library of the host. The built-in locale (17 and newer) adds upper and lower case beyond ASCII; before it there is only C.
 */
function initdbArguments(major: number, data: string, durable: boolean): readonly string[] {
  return [
    `--pgdata=${data}`,
    `--username=${databaseUser}`,
    '--pwfile=../password',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    ...(major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    '--data-checksums',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
}

function initFailed(folder: DataFolder, output: string, code: number | null): PostgresStartError {
  if (saysDiskFull(output)) return diskFull(folder.root, output);
  const why = /user ID \d+: user does not exist/.test(output)
    ? 'The user that this process runs as has no entry in /etc/passwd; add one, or set DATABASE_URL.'
    : 'Repair what it names and start again.';
  const said = output.split('\n').filter((line) => /^initdb: (?!removing)|(FATAL|PANIC|ERROR|HINT): /.test(line));
  return new PostgresStartError('InitFailed', `initdb ended with ${code} and said: ${said.join(' ') || output.trim()}\n${why}`);
}
