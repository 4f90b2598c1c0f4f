import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderError, PostgresStartError } from './error.ts';
import { type DataFolder, readIfThere, socketName } from './folder.ts';

/**
 * Clears what an earlier process left when it was killed: servers that still run (its watcher needs up to a second to stop
 * them), half-made clusters, and files that name processes which are gone. Call it with the lock held.
 */
export async function clearLeftovers(folder: DataFolder, log: (line: string) => void): Promise<void> {
  const drafts = fs.readdirSync(folder.server).filter((name) => name.startsWith('pgdata.'));
  const pidFile = path.join(folder.pgdata, 'postmaster.pid');
  if (drafts.length === 0 && !fs.existsSync(pidFile)) return;
  await stopProcesses(folder, log);
  await waitForSilence(folder);
  try {
    fs.rmSync(pidFile, { force: true });
    for (const name of [socketName, `${socketName}.lock`]) fs.rmSync(path.join(folder.socket, name), { force: true });
    for (const draft of drafts) fs.rmSync(path.join(folder.server, draft), { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    throw folderError(error, folder.root);
  }
}

/** In steps: in good order; at once, with a replay at the next start; and what does not listen to either. Milliseconds for each. */
const steps = [
  ['SIGINT', 5_000],
  ['SIGQUIT', 6_000], // after 5 s the postmaster ends its own children
  ['SIGKILL', 5_000],
] as const;

async function stopProcesses(folder: DataFolder, log: (line: string) => void): Promise<void> {
  let running = serverProcesses(folder);
  if (running.length === 0) return;
  log(`A server that an earlier process left behind still runs (pid ${running.join(', ')}); it is being stopped.`);
  for (const [signal, patience] of steps) {
    // In good order is the postmaster's own task: it tells its children.
    const postmaster = postmasterPid(folder);
    const told = signal === 'SIGINT' && postmaster !== undefined && running.includes(postmaster) ? [postmaster] : running;
    for (const pid of told) tell(pid, signal);
    const end = Date.now() + patience;
    while (running.length > 0 && Date.now() < end) {
      await sleep(20);
      running = serverProcesses(folder);
    }
    if (running.length === 0) return;
  }
  throw new PostgresStartError(
    'DataFolderInUse',
    `A PostgreSQL server that uses ${folder.root} does not end (pid ${running.join(', ')}). Stop it, or restart the machine, and start again.`,
  );
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended
  }
}

function postmasterPid(folder: DataFolder): number | undefined {
  const pid = Number.parseInt(readIfThere(path.join(folder.pgdata, 'postmaster.pid')) ?? '', 10);
  return pid > 1 ? pid : undefined;
}

/**
 * Processes of PostgreSQL that work in this data folder, by the kernel's word: a server's working folder is its data.
 * A process id alone proves nothing, because ids are used again. Without /proc the id in the file has to do.
 */
export function serverProcesses(folder: DataFolder): readonly number[] {
  if (process.platform !== 'linux') {
    const pid = postmasterPid(folder);
    return pid !== undefined && isAlive(pid) ? [pid] : [];
  }
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const cwd = fs.readlinkSync(`/proc/${pid}/cwd`);
        return cwd.startsWith(`${folder.server}/`) && /^(postgres|initdb)$/.test(fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
      } catch {
        return false; // it has ended, or belongs to somebody else
      }
    })
    .map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A server in another container on the same volume has no process that we can see, but its socket answers. It has 10 s to end. */
async function waitForSilence(folder: DataFolder): Promise<void> {
  const end = Date.now() + 10_000;
  while (await answers(path.join(folder.socket, socketName))) {
    if (Date.now() > end) {
      throw new PostgresStartError(
        'DataFolderInUse',
        `A PostgreSQL server outside of this container uses ${folder.root}. Stop the other container first, or use another data folder.`,
      );
    }
    await sleep(100);
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}
