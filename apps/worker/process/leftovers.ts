import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@taskcluster/log';
import { removeTree } from '../folder/remove.ts';
import type { TasksDir } from '../folder/tasks-dir.ts';
import { killByFolder } from './group.ts';
import { killRecorded } from './task-processes.ts';

/**
 * Clears away what a worker that died has left: processes of its tasks, and the folders of these tasks (unless they are to be kept).
 * Only folders that a worker has made are touched, whatever else there is.
 */
export const clearLeftovers = async (
  tasksDir: TasksDir,
  { log, cleanUpTaskDirs }: { readonly log: Log; readonly cleanUpTaskDirs: boolean },
): Promise<void> => {
  const names = (await readdir(tasksDir.runs)).filter((name) => name.startsWith('task_'));
  if (names.length === 0) return;
  const folders = new Set(names.map((name) => join(tasksDir.path, name)));
  let killed = 0;
  for (const name of names) killed += killRecorded(join(tasksDir.runs, name));
  killed += await killByFolder((folder) => folders.has(folder));
  for (const name of names) {
    try {
      if (cleanUpTaskDirs) await removeTree(join(tasksDir.path, name));
      await removeTree(join(tasksDir.runs, name));
    } catch (err) {
      log.warn({ err, name }, 'the folder of an old task cannot be removed; the disk may fill up');
    }
  }
  log.info({ folders: names.length, killed }, 'cleared away what an earlier worker left behind');
};
