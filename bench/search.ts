import { parseArgs } from 'node:util';
import { type Call, caller } from './load.ts';
import { latencies } from './measure.ts';
import { startBenchPlatform } from './platform.ts';

// npm run fill:measure -- --data-dir DIR [--times N]: starts a platform on a folder that `npm run fill` has filled, and measures searches and `why`.

const { values } = parseArgs({
  options: { 'data-dir': { type: 'string', default: '.taskcluster' }, times: { type: 'string', default: '100' } },
});
const rounds = Number(values.times);

/** From what everything has to what nothing has; the numbers make each round another search. */
const searches: Readonly<Record<string, (i: number) => string>> = {
  'everything, the newest': () => '',
  'a common word': () => 'name=mochitest',
  'a common word, deep page': () => 'name=linux&to=2026-09-25T00:00:00Z',
  'two words, one rare': (i) => `name=suite-${(i % 200) + 1}%20windows`,
  'a project and a state': (i) => `project=project-${(i % 80) + 1}&state=failed`,
  'an owner': (i) => `owner=developer-${(i * 17) % 2000}@`,
  'a tag': (i) => `tag=kind%3Dsuite-${(i % 200) + 1}`,
  'failed tasks of a queue': (i) => `state=failed&taskQueueId=builders/pool-${(i % 55) + 1}`,
  'running tasks': () => 'state=running',
  'pending tasks with a word': (i) => `state=pending&name=suite-${(i % 200) + 1}`,
  'completed behind a million pending': () => 'state=completed',
  'a common word and a common owner, seldom together': (i) => `name=beetmover%20android&owner=developer-${(i * 31) % 2000}@`,
  'a word that there is not': (i) => `name=nothing${i}`,
};

const timed = async (call: Call, path: (i: number) => string, after: (answer: unknown) => void) => {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const begun = performance.now();
    const answer = await call('GET', path(i));
    times.push(performance.now() - begun);
    after(answer);
  }
  return latencies(times);
};
const line = (name: string, { p50, p99, max }: ReturnType<typeof latencies>, more = '') =>
  console.log(
    `${name.padEnd(52)} p50 ${p50.toFixed(1).padStart(6)}  p99 ${p99.toFixed(1).padStart(6)}  max ${max.toFixed(1).padStart(6)} ms  ${more}`,
  );

const platform = await startBenchPlatform(values['data-dir']);
try {
  const call = caller(platform);
  const pending: string[] = [];
  for (const [name, query] of Object.entries(searches)) {
    let found = 0;
    let partial = 0;
    const result = await timed(
      call,
      (i) => `queue/v1/tasks/search?${['limit=50', query(i)].filter((part) => part !== '').join('&')}`,
      (answer) => {
        const { tasks, continuationToken } = answer as {
          tasks: { status: { taskId: string; state: string } }[];
          continuationToken?: string;
        };
        found += tasks.length;
        if (continuationToken !== undefined && tasks.length < 50) partial++;
        pending.push(...tasks.filter((t) => t.status.state === 'pending' || t.status.state === 'unscheduled').map((t) => t.status.taskId));
      },
    );
    line(name, result, `${(found / rounds).toFixed(0)} found, ${partial} of ${rounds} stopped before the end`);
  }
  line(
    'why, of tasks that wait',
    await timed(
      call,
      (i) => `queue/v1/task/${pending[(i * 7) % pending.length]}/why`,
      () => {},
    ),
  );
} finally {
  await platform.stop();
}
process.exit(0);
