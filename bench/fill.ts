import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '@taskcluster/db';
import { startEmbeddedPostgres } from '@taskcluster/db/postgres';
import { silentLog } from '@taskcluster/log';
import { addTasks, analyzeTables, rebuildSearch, setAsideSearch, topicsOf } from './fill/rows.ts';

// npm run fill -- --data-dir DIR [--tasks N] [--pending N]: puts many tasks into the database of a platform that has run once on this
// folder and is stopped now, to see how it behaves with them. With DATABASE_URL it fills that database instead. Nothing is announced.

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: '.taskcluster' },
    tasks: { type: 'string', default: '5000000' },
    pending: { type: 'string', default: '0' },
    days: { type: 'string', default: '90' },
  },
});
const tasks = Number(values.tasks);
const pending = Math.min(tasks, Number(values.pending));
const days = Number(values.days);
if (!(tasks > 0) || !(pending >= 0) || !(days > 0)) {
  console.error('Usage: npm run fill -- --data-dir DIR [--tasks N] [--pending N] [--days N]');
  process.exit(2);
}

const dataDir = resolve(values['data-dir'], 'postgres');
// Half a million rows a minute, and nothing that a crash would make worse than starting again.
const settings = { synchronous_commit: 'off', max_wal_size: '4GB', maintenance_work_mem: '1GB', shared_buffers: '1GB', autovacuum: 'off' };
const embedded = process.env.DATABASE_URL ? undefined : await startEmbeddedPostgres({ dataDir, log: () => {}, settings });
const connectionString = process.env.DATABASE_URL ?? embedded?.connectionString ?? '';
const db = connect({ connectionString, log: silentLog, statementTimeoutMs: 3_600_000 });

const chunk = 50_000;
const begun = performance.now();
const seconds = () => `${((performance.now() - begun) / 1_000).toFixed(0)} s`;
try {
  const topics = topicsOf();
  await setAsideSearch(db);
  const resolved = tasks - pending;
  for (let from = 0; from < tasks;) {
    const isPending = from >= resolved;
    const count = Math.min(chunk, (isPending ? tasks : resolved) - from);
    // Resolved tasks are spread over the days, oldest first; what waits was created within the last hours.
    const place = (n: number) => (isPending ? ((tasks - n) / pending) * 0.25 : 0.25 + ((resolved - n) / resolved) * days);
    await addTasks(db, { count, pending: isPending, daysAgo: place(from), untilDaysAgo: place(from + count), topics });
    from += count;
    if (from % (chunk * 10) === 0 || from === tasks) console.error(`${from.toLocaleString('en')} tasks after ${seconds()}`);
  }
  await rebuildSearch(db);
  await analyzeTables(db);
  console.error(`${tasks.toLocaleString('en')} tasks, ${pending.toLocaleString('en')} of them pending, in ${seconds()}.`);
} finally {
  await db.close();
  await embedded?.stop();
}
