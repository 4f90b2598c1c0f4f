import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { workingFolder } from './cluster.ts';
import { diskFull, PostgresStartError, saysDiskFull } from './error.ts';
import { type DataFolder, readIfThere } from './folder.ts';
import { logLine } from './log.ts';
import type { Programs } from './programs.ts';
import type { ServerUser } from './server-user.ts';
import { startWatcher } from './watcher.ts';

export interface Postmaster {
  readonly pid: number;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<{ readonly code: number | null }>;
  /** Ends all sessions, writes everything out and waits for the end. */
  stop(): Promise<void>;
}

export interface PostmasterRequest {
  readonly folder: DataFolder;
  readonly user: ServerUser;
  readonly programs: Programs;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Starts the server and returns when it accepts connections: 25 ms, and after a crash the time to replay the log. */
export async function startPostmaster(request: PostmasterRequest): Promise<Postmaster> {
  const { folder, user, programs, log } = request;
  const watcher = startWatcher(folder, user, log);
  const child = spawn(path.join(programs.bin, 'postgres'), serverArguments(folder, user), {
    ...user.spawn,
    cwd: folder.pgdata,
    env: programs.env,
    // Its own session: Ctrl-C in the terminal is for us to handle, and we stop the server when we are done with it.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (child.pid !== undefined) watcher.watch(child.pid);
  const lastLines = followLog(child, log);
  const ended = new Promise<{ readonly code: number | null }>((resolve) => {
    child.once('error', () => resolve({ code: null }));
    child.once('exit', (code) => resolve({ code }));
  });
  void ended.then(() => watcher.end());
  const postmaster: Postmaster = { pid: child.pid ?? -1, ended, stop: () => stopServer(child, ended) };
  try {
    await ready(child, request, lastLines);
    return postmaster;
  } catch (error) {
    await postmaster.stop();
    throw error;
  }
}

/** On the command line is what no file may change: where the data is, and that the private socket is the only way in. */
function serverArguments(folder: DataFolder, user: ServerUser): readonly string[] {
  const beside = folder.socket.startsWith(`${folder.server}/`);
  const socket = beside ? path.relative(folder.pgdata, folder.socket) : folder.socket;
  const fixed = { port: '5432', listen_addresses: '', unix_socket_directories: socket, unix_socket_permissions: '0700' };
  return ['-D', workingFolder(folder.pgdata, user), ...Object.entries(fixed).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Passes the server's messages on. Returns the last ones, which tell why a start failed. */
function followLog(child: ChildProcess, log: (line: string) => void): readonly string[] {
  const last: string[] = [];
  if (!child.stderr) return last;
  createInterface({ input: child.stderr }).on('line', (line) => {
    const told = logLine(line);
    if (told === undefined) return;
    last.push(told);
    if (last.length > 20) last.shift();
    log(told);
  });
  return last;
}

/**
 * The last line of the server's own pid file says when it is ready: to read it every 5 ms costs less than to try connections,
 * and there is no limit to how long a replay may take.
 */
async function ready(child: ChildProcess, request: PostmasterRequest, lastLines: readonly string[]): Promise<void> {
  const file = path.join(request.folder.pgdata, 'postmaster.pid');
  let failure: unknown;
  child.once('error', (error) => (failure = error));
  for (;;) {
    const lines = readIfThere(file)?.split('\n') ?? [];
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return;
    if (request.signal?.aborted)
      throw new PostgresStartError('Stopped', 'The start of PostgreSQL was stopped.', { cause: request.signal.reason });
    if (failure !== undefined || child.exitCode !== null || child.signalCode !== null) {
      if (child.stderr && !child.stderr.closed) await once(child.stderr, 'close');
      throw startFailed(request.folder, child, lastLines, failure);
    }
    await sleep(5);
  }
}

function startFailed(folder: DataFolder, child: ChildProcess, lastLines: readonly string[], cause: unknown): PostgresStartError {
  const said = lastLines.join('\n');
  if (saysDiskFull(said)) return diskFull(folder.root, said);
  const how = cause instanceof Error ? cause.message : `it ended with ${child.exitCode ?? child.signalCode}`;
  return new PostgresStartError(
    'StartFailed',
    `PostgreSQL did not start in ${folder.root}: ${how}. Repair what its last messages name, and start again:\n${said || '(none)'}`,
    { cause },
  );
}

async function stopServer(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  // Milliseconds for: writing everything out; ending at once with a replay at the next start; the kernel.
  for (const [signal, patience] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 8_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) break;
    child.kill(signal);
    const timer = new AbortController();
    await Promise.race([ended, sleep(patience, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  }
}
