import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** Ends every process of a group at once, and says whether there was any. The group of a command has the number of its first process. */
export const killGroup = (group: number): boolean => signalGroup(group, 'SIGKILL');

/** Whether any process of the group is left. */
export const groupLives = (group: number): boolean => signalGroup(group, 0);

const signalGroup = (group: number, signal: 'SIGKILL' | 0): boolean => {
  // 0 and 1 would mean our own group, and everything.
  if (!Number.isSafeInteger(group) || group <= 1) return false;
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
};

/**
 * Ends every process that was started with `TASK_WORKDIR` set to one of these folders, whatever group it has moved to (a task may start
 * daemons), and says how many. Linux only; elsewhere it finds none. Reads one small file per process of the machine: not for every task.
 */
export const killByFolder = async (isOurs: (folder: string) => boolean): Promise<number> => {
  if (process.platform !== 'linux') return 0;
  let killed = 0;
  // What was started between the look and the kill is found by the next look.
  for (let look = 0; look < mostLooks; look++) {
    const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid > 1 && pid !== process.pid);
    const ours = await Promise.all(pids.map((pid) => startedIn(pid, isOurs)));
    const ended = pids.filter((pid, at) => ours[at] && killOne(pid)).length;
    if (ended === 0) break;
    killed += ended;
  }
  return killed;
};

// A dead process may be seen again until its parent has asked after it, though not its environment. A task that starts processes faster
// than this is ended by its group, or by the guard.
const mostLooks = 20;

const startedIn = async (pid: number, isOurs: (folder: string) => boolean): Promise<boolean> => {
  const entry = (await environmentOf(pid)).split('\0').find((variable) => variable.startsWith('TASK_WORKDIR='));
  return entry !== undefined && isOurs(entry.slice('TASK_WORKDIR='.length));
};

/** Empty for those that cannot be read: other users' processes, which are none of ours, those of the system, and the dead. */
const environmentOf = async (pid: number): Promise<string> => {
  for (let attempt = 0; attempt < execAttempts; attempt++) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => undefined);
    if (environment !== '') return environment ?? '';
    // While a process becomes another program (execve), the system shows an empty environment. So it does for those that have none.
    if (!(await hasMemory(pid))) return '';
    await setTimeout(attempt);
  }
  return '';
};
// Together 45 ms, and only for processes that were started with no environment at all.
const execAttempts = 10;

/** Not so for threads of the kernel and the dead, which are most of those without an environment. */
const hasMemory = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0')).split(' ')[0] !== '0';

const killOne = (pid: number): boolean => {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
};
