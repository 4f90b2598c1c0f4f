import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { identityOf } from '../process/identity.ts';

/**
 * The folder in which the tasks of one worker live. Beside the folders of tasks (`task_…`) it holds `.worker`, where the worker keeps
 * what tasks should not stumble over: a lock, and for each running task a folder with its processes and temporary files.
 */
export interface TasksDir {
  readonly path: string;
  /** One folder for each run whose folder exists, under the same name. */
  readonly runs: string;
  /** For pipes that tasks write to. */
  readonly pipes: string;
  /** Lets another worker have it. */
  release(): void;
}

/** Takes possession of a folder, which is created if need be. Throws when it cannot be used, or another worker that lives has it. */
export const takeTasksDir = (given: string): TasksDir => {
  const path = resolve(given);
  const runs = join(path, '.worker', 'runs');
  const lock = join(path, '.worker', 'lock');
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  const mine = `${process.pid} ${identityOf(process.pid) ?? ''}`;
  try {
    writeFileSync(lock, mine, { flag: 'wx' });
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'EEXIST') throw err;
    const owner = readFileSync(lock, 'utf8');
    if (lives(owner))
      throw new Error(`Another worker (process ${owner.split(' ')[0]}) keeps its tasks in ${path}. Give this one a folder of its own.`, {
        cause: err,
      });
    writeFileSync(lock, mine);
  }
  return { path, runs, pipes: join(path, '.worker', 'pipes'), release: () => rmSync(lock, { force: true }) };
};

const lives = (owner: string) => {
  const [pid = '', ...identity] = owner.split(' ');
  return identity.length > 0 && identityOf(Number(pid)) === identity.join(' ');
};
