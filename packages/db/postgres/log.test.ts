import { expect, test } from 'vitest';
import { logLine } from './log.ts';

test.each([
  ['postmaster [7] LOG:  starting PostgreSQL 18.4 on x86_64-pc-linux-gnu', undefined],
  ['postmaster [7] LOG:  database system is ready to accept connections', undefined],
  ['client backend [9] ERROR:  duplicate key value violates unique constraint "tasks_pkey"', undefined],
  ['client backend [9] FATAL:  terminating connection due to administrator command', undefined],
  ['\tselect 1', undefined],
  ['', undefined],
  [
    'startup [8] LOG:  database system was not properly shut down; automatic recovery in progress',
    'database system was not properly shut down; automatic recovery in progress',
  ],
  [
    'postmaster [7] LOG:  client backend (PID 9) was terminated by signal 9: Killed',
    'client backend (PID 9) was terminated by signal 9: Killed',
  ],
  [
    'autovacuum worker [10] ERROR:  could not extend file: No space left on device',
    'error: could not extend file: No space left on device',
  ],
  ['client backend [9] PANIC:  could not write to file', 'panic: could not write to file'],
  ['postgres: could not access directory', 'postgres: could not access directory'],
])('%s', (line, told) => {
  expect(logLine(line)).toBe(told);
});
