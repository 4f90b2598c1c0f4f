import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from './remove.ts';
import type { TasksDir } from './tasks-dir.ts';

/** The places of one run on the disk. */
export interface TaskFolder {
  /** The working directory of the commands. */
  readonly path: string;
  readonly logFile: string;
  /** What the worker keeps about the run, outside of the task's own folder. */
  readonly workerFiles: string;
  /** Deletes the task's folder if `wholly`, and the worker's files about it in any case. */
  remove(wholly: boolean): Promise<void>;
}

// Windows and some tools are unhappy with long paths: the name has at most 20 characters (worker.md, section 7).
const longestName = 20;

/** The name of a run's folder. 13 random characters tell tasks on one machine apart. */
export const folderName = (taskId: string, runId: number): string => {
  const end = `_${runId}`;
  return `task_${taskId.slice(0, longestName - 'task_'.length - end.length)}${end}`;
};

/** Makes the folders of a run, readable by the worker's user alone; what an earlier attempt left there is removed. */
export const makeTaskFolder = async (tasksDir: TasksDir, name: string): Promise<TaskFolder> => {
  const path = join(tasksDir.path, name);
  const workerFiles = join(tasksDir.runs, name);
  const logs = join(path, 'generic-worker');
  await Promise.all([removeTree(path), removeTree(workerFiles)]);
  // First this one: whatever has one here is cleared away by the next worker if this one dies.
  await mkdir(workerFiles, { mode: 0o700 });
  await mkdir(path, { mode: 0o700 });
  await mkdir(logs, { mode: 0o700 });
  return {
    path,
    logFile: join(logs, 'live_backing.log'),
    workerFiles,
    remove: async (wholly) => {
      if (wholly) await removeTree(path);
      await removeTree(workerFiles);
    },
  };
};
