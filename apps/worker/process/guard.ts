import { type ChildProcess, spawn } from 'node:child_process';
import type { Log } from '@taskcluster/log';

/**
 * Sees to it that no command outlives the worker, not even after `kill -9`. A tiny shell in a session of its own reads from a pipe which
 * groups of processes there are; when the worker dies the pipe ends, and the shell kills those that are left.
 * (Linux could tie a child to its parent by itself, but Node has no way to ask for it.)
 */
export interface Guard {
  watch(group: number): void;
  forget(group: number): void;
  /** Dismisses the guard. Groups that it still watches are killed. */
  close(): void;
}

const script = `
groups=' '
while read -r verb group; do
  case $verb in
    watch) groups="$groups$group " ;;
    forget) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -9 "-$group"; done
`;

export const startGuard = (log: Log): Guard => {
  const watched = new Set<number>();
  let shell: ChildProcess | undefined;
  const tell = (line: string) => shell?.stdin?.write(`${line}\n`);
  const start = () => {
    const started = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/', env: {} });
    const gone = (err?: Error) => {
      if (shell !== started) return;
      shell = undefined;
      log.warn({ err }, 'the guard of child processes ended and will be started again with the next command');
    };
    started.on('error', gone);
    started.on('exit', () => gone());
    started.stdin.on('error', () => {});
    started.unref();
    shell = started;
    for (const group of watched) tell(`watch ${group}`);
  };
  // Now, not with the first command: that one would run unguarded for the 20 ms that a start may take.
  start();
  return {
    watch: (group) => {
      watched.add(group);
      if (shell) tell(`watch ${group}`);
      else start();
    },
    forget: (group) => {
      if (watched.delete(group)) tell(`forget ${group}`);
    },
    close: () => {
      const closing = shell;
      shell = undefined;
      closing?.stdin?.end();
    },
  };
};
