import { readdir, readFile } from 'node:fs/promises';

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
 * daemons). Linux only; elsewhere it finds none. Reads one small file per process of the machine: not for every task.
 */
export const killByFolder = async (isOurs: (folder: string) => boolean): Promise<number> => {
  if (process.platform !== 'linux') return 0;
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid > 1 && pid !== process.pid);
  const found = await Promise.all(pids.map(async (pid) => ((await folderOf(pid, isOurs)) ? pid : undefined)));
  return found.filter((pid) => pid !== undefined && killOne(pid)).length;
};

const folderOf = async (pid: number, isOurs: (folder: string) => boolean): Promise<boolean> => {
  // Other users' processes cannot be read, and are none of ours.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const entry = environment.split('\0').find((variable) => variable.startsWith('TASK_WORKDIR='));
  return entry !== undefined && isOurs(entry.slice('TASK_WORKDIR='.length));
};

const killOne = (pid: number): boolean => {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
};
