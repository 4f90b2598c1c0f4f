import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { caller } from './load.ts';
import type { Result } from './measure.ts';
import { bareInsert } from './measures/bare-insert.ts';
import { batch } from './measures/batch.ts';
import { create } from './measures/create.ts';
import { drain } from './measures/drain.ts';
import { fanOut } from './measures/fan-out.ts';
import { status } from './measures/status.ts';
import { claimLatency, dependencyLatency } from './measures/wake.ts';
import { type BenchPlatform, startBenchPlatform } from './platform.ts';
import { type Queue, queueOf } from './queue.ts';
import { lineOf, machine, record, tableOf } from './report.ts';

// npm run bench [-- MEASURE… --seconds N --record]: starts a platform on an empty data folder, as a user would, and measures it from outside.
// With --data-dir DIR on that folder (`npm run fill` makes one with millions of tasks), which is kept.

const measures: Readonly<Record<string, (queue: Queue, seconds: number) => AsyncGenerator<Result>>> = {
  create,
  batch,
  claim: claimLatency,
  drain,
  dependency: dependencyLatency,
  'fan-out': fanOut,
  status,
};
const settleMs = 3_000;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '8' },
    record: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    'data-dir': { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const wanted = positionals.length > 0 ? positionals : Object.keys(measures);
const unknown = wanted.filter((name) => !measures[name]);
if (unknown.length > 0 || !(seconds > 0)) {
  console.error(`Usage: npm run bench -- [${Object.keys(measures).join('|')}]… [--seconds N] [--record] [--keep] [--data-dir DIR]`);
  process.exit(2);
}

const results: Result[] = [];
const note = (result: Result) => {
  results.push(result);
  console.error(lineOf(result));
};

const given = values['data-dir'];
const dataDir = given === undefined ? await mkdtemp(join(tmpdir(), 'taskcluster-bench-')) : resolve(given);
let platform: BenchPlatform | undefined;
try {
  if (given === undefined) {
    platform = await startBenchPlatform(dataDir);
    note({
      name: 'first start',
      text: `${(platform.startMs / 1_000).toFixed(1)} s`,
      target: { text: '≤ 5 s', reached: platform.startMs <= 5_000 },
    });
    await platform.stop();
  }
  platform = await startBenchPlatform(dataDir);
  note({
    name: 'start with data',
    text: `${(platform.startMs / 1_000).toFixed(1)} s`,
    target: { text: '≤ 3 s', reached: platform.startMs <= 3_000 },
  });
  await pause(settleMs);
  const megabytes = Math.round((await platform.memory()) / 1024 ** 2);
  note({ name: 'memory when idle', text: `${megabytes} MB`, target: { text: '≤ 350 MB', reached: megabytes <= 350 } });

  const queue = queueOf(caller(platform), platform.rootUrl);
  for (const name of wanted) {
    for await (const result of measures[name]?.(queue, seconds) ?? []) note(result);
    if (name !== 'create') continue;
    const created = results.find((result) => result.name === 'createTask, 64 at a time, one group');
    for await (const result of bareInsert(dataDir, seconds, created?.perSecond)) note(result);
  }
  console.log(`\n${await machine(dataDir)}\n\n${tableOf(results)}`);
  if (values.record) await record(results, await machine(dataDir), ['npm run bench --', ...process.argv.slice(2)].join(' '));
} finally {
  await platform?.stop();
  if (values.keep || given !== undefined) console.error(`The data folder is ${dataDir}.`);
  else await rm(dataDir, { recursive: true, force: true });
}
process.exit(0);
