import { type ChildProcess, spawn } from 'node:child_process';
import type { DataFolder } from './folder.ts';
import type { ServerUser } from './server-user.ts';

/**
 * A shell that waits for us to die. It reads from a pipe whose other end only we hold: the kernel closes that end when this process
 * is gone, also after `kill -9`. Then it stops the server in good order, and after 0.7 s at once (the next start replays the log).
 * It costs 1 MB and no time. It ignores what a terminal or a service manager sends to a whole group.
 *
 * It is told the server's pid; if we die in the moment between, it finds the pid in the server's own file (it runs in the data folder).
 */
const script = `
trap '' HUP INT TERM PIPE
read -r pid && read -r word && [ "$word" = stopped ] && exit 0
tries=0
while [ -z "$pid" ] && [ "$tries" -lt 10 ]; do
  tries=$((tries + 1))
  read -r pid < postmaster.pid || sleep 0.1
done
[ -n "$pid" ] || exit 0
kill -INT "$pid" || exit 0
for try in 1 2 3 4 5 6 7; do
  sleep 0.1
  kill -0 "$pid" || exit 0
done
kill -QUIT "$pid"
`;

export interface Watcher {
  /** From now on this server is stopped when this process dies. */
  watch(pid: number): void;
  /** The server has ended; there is nothing to do when this process dies. */
  end(): void;
  /** The pid of the shell. */
  readonly pid: () => number | undefined;
}

/** Starts the watcher, before the server, so that there is no moment without it. A watcher that is killed is replaced. */
export function startWatcher(folder: DataFolder, user: ServerUser, log: (line: string) => void): Watcher {
  let server: number | undefined;
  let ended = false;
  let shell: ChildProcess;
  const tell = (line: string | number): void => void shell.stdin?.write(`${line}\n`);
  const start = (): void => {
    const options = { ...user.spawn, cwd: folder.pgdata, detached: true, env: { PATH: '/usr/bin:/bin' } };
    shell = spawn('/bin/sh', ['-c', script], { ...options, stdio: ['pipe', 'ignore', 'ignore'] });
    shell.stdin?.on('error', () => {}); // it was killed; `exit` is where that is seen
    shell.on('error', (error) => log(`The watcher of the database cannot be started: ${error.message}`));
    const born = Date.now();
    shell.on('exit', () => {
      // At once, but not in a circle when there is something wrong with the shell.
      if (!ended) setTimeout(() => ended || start(), Date.now() - born < 1000 ? 1000 : 0).unref();
    });
    if (server !== undefined) tell(server);
  };
  start();
  return {
    watch: (pid) => {
      server = pid;
      tell(pid);
    },
    end: () => {
      ended = true;
      if (server === undefined) shell.kill('SIGKILL');
      else tell('stopped');
      shell.stdin?.end();
    },
    pid: () => shell.pid,
  };
}
