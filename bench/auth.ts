import { connect } from '@taskcluster/db';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@taskcluster/db/postgres';
import { silentLog } from '@taskcluster/log';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { caller } from './load.ts';
import type { Result } from './measure.ts';
import { holders } from './measures/holders.ts';
import { replay } from './measures/replay.ts';
import { revocation } from './measures/revocation.ts';
import { createRole, expand, fillRoles } from './measures/roles.ts';
import { type BenchPlatform, startBenchPlatform } from './platform.ts';
import { lineOf, machine, record, tableOf } from './report.ts';

// npm run bench:auth [-- --seconds N --record]: two processes on one database with 10,000 roles, measured from outside.

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' }, record: { type: 'boolean', default: false } } });
const seconds = Number(values.seconds);
if (!(seconds > 0)) {
  console.error('Usage: npm run bench:auth -- [--seconds N] [--record]');
  process.exit(2);
}

const results: Result[] = [];
const note = (result: Result) => {
  results.push(result);
  console.error(lineOf(result));
};

const folder = await mkdtemp(join(tmpdir(), 'taskcluster-bench-auth-'));
const platforms: BenchPlatform[] = [];
let postgres: EmbeddedPostgres | undefined;
try {
  postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} });
  // The platforms inherit this environment: one database, one secret, and so the same clients in both.
  process.env['DATABASE_URL'] = postgres.connectionString;
  process.env['TASKCLUSTER_SECRET'] = randomBytes(32).toString('hex');
  process.env['ROOT_ACCESS_TOKEN'] = randomBytes(33).toString('base64url');
  for (const name of ['one', 'two']) platforms.push(await startBenchPlatform(join(folder, name)));
  const [first, second] = platforms;
  if (!first || !second) throw new Error('Two platforms were started.');
  const [here, there] = [caller(first), caller(second)];

  const alone = await startBenchPlatform(join(folder, 'alone'), { ...process.env, DATABASE_URL: undefined });
  platforms.push(alone);
  for await (const result of replay({ alone, shared: first }, seconds / 2)) note(result);
  await alone.stop();

  const db = connect({ connectionString: postgres.connectionString, log: silentLog, maxConnections: 1 });
  await fillRoles(db);
  for await (const result of expand(here, seconds)) note(result);
  for await (const result of createRole(here, seconds, first)) note(result);
  for await (const result of holders(here, seconds, first)) note(result);
  for await (const result of revocation({ here, there, db }, seconds)) note(result);
  await db.close();
  console.log(`\n${await machine(folder)}\n\n${tableOf(results)}`);
  if (values.record) await record(results, await machine(folder), ['npm run bench:auth --', ...process.argv.slice(2)].join(' '));
} finally {
  for (const platform of platforms) await platform.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
