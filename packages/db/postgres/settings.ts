import path from 'node:path';
import type { DataFolder } from './folder.ts';
import { writeForServer } from './folder.ts';
import type { ServerUser } from './server-user.ts';

export type Settings = Readonly<Record<string, string>>;

/**
 * A server for one laptop: about 30 MB when idle, and durable.
 * Autovacuum limits of single tables are in the migrations of the service that owns the table.
 */
export function defaultSettings(major: number): Settings {
  return {
    // Memory. 64 MB are only touched as they fill up.
    shared_buffers: '64MB',
    huge_pages: 'off',
    effective_cache_size: '1GB',
    maintenance_work_mem: '32MB',
    max_connections: '60',
    // Processes that a queue of small statements does not need. Background workers stay possible for extensions.
    max_worker_processes: '4',
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    max_logical_replication_workers: '0',
    ...(major >= 18 && { io_method: 'sync', autovacuum_worker_slots: '4' }),
    autovacuum_max_workers: '2',
    autovacuum_naptime: '15s', // tables of a queue turn over in seconds; the usual minute lets them grow
    // Durability: what was acknowledged is on the disk.
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    commit_delay: '0',
    // Disk: the log takes 48 MB to 512 MB, and replaying 512 MB after a crash takes seconds.
    min_wal_size: '48MB',
    max_wal_size: '512MB',
    checkpoint_timeout: '10min',
    // Statements.
    random_page_cost: '1.1',
    jit: 'off', // compiling a statement costs more than our statements take
    deadlock_timeout: '100ms',
    track_io_timing: 'off',
    timezone: 'UTC',
    // Log: only what an operator has to know, and never the values of a statement (they hold secrets). See log.ts.
    log_timezone: 'UTC',
    log_line_prefix: '%b [%p] ',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    log_lock_waits: 'off',
  };
}

const own = 'taskcluster.conf';

/** The last line of `postgresql.conf`. */
export const includeLine = `include '${own}'`;

/** Writes the settings beside `postgresql.conf`. Settings that an operator put into `local.conf` win. */
export function writeSettings(folder: DataFolder, user: ServerUser, settings: Settings): void {
  writeForServer(path.join(folder.pgdata, own), settingsText(settings), user);
}

export function settingsText(settings: Settings): string {
  const lines = Object.entries(settings).map(([name, value]) => {
    if (!/^[a-z][a-z0-9_.]*$/i.test(name)) throw new TypeError(`${JSON.stringify(name)} is not the name of a PostgreSQL setting.`);
    if (/[\n\r\0]/.test(value)) throw new TypeError(`The PostgreSQL setting ${name} has a line break in its value.`);
    return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  });
  return [
    '# Written again at every start. Your own settings belong in local.conf beside this file.',
    ...lines,
    "include_if_exists 'local.conf'",
    '',
  ].join('\n');
}
