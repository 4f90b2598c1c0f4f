import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connect, type Database, script, sql } from '@taskcluster/db';
import { silentLog } from '@taskcluster/log';
import { Type } from 'typebox';
import { caller } from './load.ts';
import { latencies, type Result, times } from './measure.ts';
import { postgresOf, startBenchPlatform } from './platform.ts';
import { planned, recordPlans, stopRecordingPlans } from './plans.ts';
import { queueOf, type Queue } from './queue.ts';
import { lineOf, tableOf } from './report.ts';

// npm run fill:backlog -- --data-dir DIR [--seconds N] [--expire N] [--plans]: on a folder that `npm run fill` has filled, measures claims from the
// million that wait in one queue, then the same while so many other tasks expire, and shows the plans of the statements that did it.

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: '.taskcluster' },
    seconds: { type: 'string', default: '8' },
    expire: { type: 'string', default: '1000000' },
    plans: { type: 'boolean', default: false },
  },
});
const dataDir = resolve(values['data-dir']);
const seconds = Number(values.seconds);
const expiring = Number(values.expire);
const backlog = 'builders/linux';
const createdTasks = 2_000;

const { url: connectionString } = await postgresOf(dataDir);
const withDatabase = async <T>(work: (db: Database) => Promise<T>): Promise<T> => {
  const db = connect({ connectionString, log: silentLog, statementTimeoutMs: 3_600_000 });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
};

/** Workers that claim and complete one task of the backlog after the other. */
const work = async (queue: Queue, workers: number, goesOn: () => boolean): Promise<Omit<Result, 'name'>> => {
  const claims: number[] = [];
  const begun = performance.now();
  const worker = async (workerId: string) => {
    while (goesOn()) {
      const started = performance.now();
      const claimed = await queue.claim(backlog, { workerId });
      claims.push(performance.now() - started);
      if (!claimed) throw new Error(`There is nothing to claim in ${backlog}. Fill the folder with --pending 1000000.`);
      await queue.complete(claimed);
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, i) => worker(`backlog-${i}`)));
  return { perSecond: (claims.length / (performance.now() - begun)) * 1_000, ...latencies(claims) };
};
const during = (ms: number) => {
  const end = performance.now() + ms;
  return () => performance.now() < end;
};

const Left = Type.Object({ left: Type.Integer() });
const expired = sql`expires < platform.now() - interval '30 minutes'`;
const leftOf = async (db: Database) =>
  (await db.maybe(Left, sql`select count(*)::int as left from queue.tasks where ${expired}`))?.left ?? 0;

const results: Result[] = [];
const note = (result: Result) => {
  results.push(result);
  console.error(lineOf(result));
};

let platform = await startBenchPlatform(dataDir);
try {
  const queueNow = () => queueOf(caller(platform), platform.rootUrl);
  for (const workers of [8, 32])
    note({
      name: `claim and complete from the backlog, ${workers} workers`,
      ...(await work(queueNow(), workers, during(seconds * 1_000))),
    });
  const taken: number[] = [];
  const queue = queueNow();
  await times(createdTasks, 32, async () => {
    const begun = performance.now();
    await queue.create({ taskQueueId: backlog });
    taken.push(performance.now() - begun);
  });
  note({ name: 'createTask into the backlog, 32 at a time', ...latencies(taken) });
  if (values.plans) {
    await withDatabase(recordPlans);
    await platform.stop();
    platform = await startBenchPlatform(dataDir);
    await work(queueNow(), 8, during(2_000));
    await times(200, 8, () => queueNow().create({ taskQueueId: backlog }));
    await withDatabase(stopRecordingPlans);
  }
  if (expiring > 0) {
    console.error(`Making ${expiring.toLocaleString('en')} tasks expire …`);
    await withDatabase((db) =>
      db.run(sql`
        update queue.tasks set expires = platform.now() - interval '2 hours'
        where task_id = any(array(select task_id from queue.tasks where state in ('completed', 'failed', 'exception') order by created limit ${expiring}))`),
    );
    await withDatabase((db) => db.run(script('analyze queue.tasks')));
    await platform.stop();
    platform = await startBenchPlatform(dataDir);
    const begun = performance.now();
    const [claims, gone] = await withDatabase(async (db) => {
      let left = await leftOf(db);
      const first = left;
      const looking = setInterval(() => void leftOf(db).then((n) => (left = n)), 5_000);
      const outcome = await work(queueNow(), 8, () => left > 0).finally(() => clearInterval(looking));
      return [outcome, first] as const;
    });
    note({ name: `claim and complete while ${gone.toLocaleString('en')} tasks expire, 8 workers`, ...claims });
    note({ name: 'expiry of them', text: `${((performance.now() - begun) / 1_000).toFixed(0)} s` });
  }
  console.log(`\n${tableOf(results)}`);
} finally {
  await platform.stop();
}
if (values.plans) console.log(await planned(dataDir));
process.exit(0);
