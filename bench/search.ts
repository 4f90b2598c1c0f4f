import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Call, caller } from './load.ts';
import { latencies } from './measure.ts';
import { startBenchPlatform } from './platform.ts';
import { queueOf } from './queue.ts';

// npm run fill:measure -- --data-dir DIR [--times N] [--wall N]: starts a platform on a folder that `npm run fill` has filled, and measures searches
// and `why`; then searches again behind N newer tasks of another kind, which stay in the folder.

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: '.taskcluster' },
    times: { type: 'string', default: '100' },
    wall: { type: 'string', default: '60000' },
  },
});
const rounds = Number(values.times);
const wall = Number(values.wall);
const batchSize = 10_000;

const suites = ['reftest', 'xpcshell', 'signing', 'talos', 'eslint', 'chrome', 'web', 'docs'];
/** From what everything has to what nothing has; the numbers make each round another search. */
const searches: Readonly<Record<string, (i: number) => string>> = {
  'everything, the newest': () => '',
  'a common word': () => 'name=mochitest',
  'a common word, deep page': () => 'name=linux&to=2026-09-25T00:00:00Z',
  'a word, a number and a platform, none rare': (i) => `name=suite-${(i % 200) + 1}%20windows`,
  'three words, none rare': (i) => `name=${suites[i % suites.length]}%20windows%20debug`,
  'three words, none rare, months ago': (i) =>
    `name=${suites[i % suites.length]}%20windows%20debug&to=2026-09-${String((i % 28) + 1).padStart(2, '0')}T00:00:00Z`,
  'a project and a state': (i) => `project=project-${(i % 80) + 1}&state=failed`,
  'an owner': (i) => `owner=developer-${(i * 17) % 2000}@`,
  'a tag': (i) => `tag=kind%3Dsuite-${(i % 200) + 1}`,
  'failed tasks of a queue': (i) => `state=failed&taskQueueId=builders/pool-${(i % 55) + 1}`,
  'running tasks': () => 'state=running',
  'pending tasks with a word': (i) => `state=pending&name=suite-${(i % 200) + 1}`,
  'completed behind a million pending': () => 'state=completed',
  'failed behind a million pending': () => 'state=failed',
  'a word that failed, behind a million pending': (i) => `state=failed,exception&name=${suites[i % suites.length]}`,
  'a word that is unscheduled': (i) => `state=unscheduled&name=${suites[i % suites.length]}`,
  'a very common word and an owner': (i) => `name=linux&owner=developer-${((i * 31) % 2000) + 1}@`,
  'a common word and a common owner, seldom together': (i) => `name=beetmover%20android&owner=developer-${(i * 31) % 2000}@`,
  'a word that there is not': (i) => `name=nothing${i}`,
};

/** When the newest tasks are all of another kind. */
const behindWall: Readonly<Record<string, (i: number) => string>> = {
  'behind a wall: a common word': (i) => `name=${['mochitest', 'linux', 'debug', 'platform'][i % 4]}`,
  'behind a wall: three words, none rare': (i) => `name=${suites[i % suites.length]}%20windows%20debug`,
  'behind a wall: an owner': (i) => `owner=developer-${(i * 17) % 2000}@`,
  'behind a wall: failed': () => 'state=failed',
};

interface Page {
  readonly tasks: readonly { readonly status: { readonly taskId: string; readonly state: string } }[];
  readonly continuationToken?: string;
  readonly behindMs: number;
}

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
  const measure = async (all: typeof searches) => {
    for (const [name, query] of Object.entries(all)) {
      let found = 0;
      let partial = 0;
      let empty = 0;
      const result = await timed(
        call,
        (i) => `queue/v1/tasks/search?${['limit=50', query(i)].filter((part) => part !== '').join('&')}`,
        (answer) => {
          const { tasks, continuationToken } = answer as Page;
          found += tasks.length;
          if (continuationToken !== undefined && tasks.length < 50) partial++;
          if (continuationToken !== undefined && tasks.length === 0) empty++;
          pending.push(
            ...tasks.filter((t) => t.status.state === 'pending' || t.status.state === 'unscheduled').map((t) => t.status.taskId),
          );
        },
      );
      line(
        name,
        result,
        `${(found / rounds).toFixed(0)} found, ${partial} of ${rounds} stopped before the end, ${empty} of them with nothing`,
      );
    }
  };
  await measure(searches);
  line(
    'why, of tasks that wait',
    await timed(
      call,
      (i) => `queue/v1/task/${pending[(i * 7) % pending.length]}/why`,
      () => {},
    ),
  );
  if (wall > 0) {
    const queue = queueOf(call, platform.rootUrl);
    for (let made = 0; made < wall; made += batchSize) await queue.createGraph(queue.newQueue(), Math.min(batchSize, wall - made), 0);
    const made = Date.now();
    const followed = async () => Date.now() - ((await call('GET', 'queue/v1/tasks/search?limit=1')) as Page).behindMs > made;
    while (!(await followed())) await setTimeout(200);
    line(`the search has followed ${wall.toLocaleString('en')} new tasks`, latencies([Date.now() - made]));
    await measure(behindWall);
  }
} finally {
  await platform.stop();
}
process.exit(0);
