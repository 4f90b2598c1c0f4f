import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Tells one process from another that gets its number later: when it started, exactly. Undefined when there is no such process (any more).
 * On Linux clock ticks since boot and the id of that boot; elsewhere what `ps` says, to the second.
 */
export const identityOf = (pid: number): string | undefined => {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    const fields = statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const startTicks = fields[19];
    // A dead process keeps its number until its parent has asked how it ended, which may be never.
    const dead = fields[0] === 'Z' || fields[0] === 'X';
    return dead || startTicks === undefined ? undefined : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${startTicks}`;
  } catch {
    return undefined;
  }
};

/** The fields of /proc/<pid>/stat that follow the name, which may itself contain spaces and brackets. The first one is the state. */
const statFields = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');
