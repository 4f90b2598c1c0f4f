import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupLives, killGroup } from './group.ts';
import type { Guard } from './guard.ts';
import { identityOf } from './identity.ts';

/** The process groups of one task, from the start of its first command to the end of the task. */
export interface TaskProcesses {
  /** To be called as soon as a group exists: from then on it does not outlive the worker. */
  add(group: number): void;
  /** Ends what the commands left running. */
  end(): void;
}

const fileName = 'processes';

export const taskProcesses = ({ guard, workerFiles }: { readonly guard: Guard; readonly workerFiles: string }): TaskProcesses => {
  const groups = new Set<number>();
  return {
    add: (group) => {
      groups.add(group);
      guard.watch(group);
      try {
        appendFileSync(join(workerFiles, fileName), `${group} ${identityOf(group) ?? ''}\n`);
      } catch {
        // The disk is full, perhaps. The note is only the net under the guard.
      }
    },
    end: () => {
      for (const group of groups) {
        // A number cannot be given to another process while its group lives.
        if (groupLives(group)) killGroup(group);
        guard.forget(group);
      }
      groups.clear();
    },
  };
};

/** Kills the groups that a worker noted here before it died, and says how many. A number that another process has now is left alone. */
export const killRecorded = (workerFiles: string): number => {
  let record = '';
  try {
    record = readFileSync(join(workerFiles, fileName), 'utf8');
  } catch {
    // The task had not started a command.
  }
  return record
    .split('\n')
    .filter((line) => line !== '')
    .filter((line) => {
      const [group = '', ...identity] = line.split(' ');
      return identity.length > 0 && identityOf(Number(group)) === identity.join(' ') && killGroup(Number(group));
    }).length;
};
