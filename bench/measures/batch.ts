import { Agent, get } from 'node:http';
import { latencies, type Result } from '../measure.ts';
import type { Queue } from '../queue.ts';

const tasks = 10_000;
const dependenciesEach = 4;
const rounds = 3;

/**
 * A graph of 10,000 tasks with four dependencies each (but for the first ones), created by one request. Meanwhile another connection
 * pings: its longest wait is about as long as the request held up everybody else.
 */
export async function* batch(queue: Queue): AsyncGenerator<Result> {
  const took: number[] = [];
  const waits: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const pinging = pings(queue.rootUrl);
    const begun = performance.now();
    await queue.createGraph(queue.newQueue(), tasks, dependenciesEach);
    took.push(performance.now() - begun);
    waits.push(...(await pinging.stop()));
  }
  const result = latencies(took);
  yield { name: '10,000 tasks in one request', ...result, target: { text: '≤ 5 s', reached: result.max <= 5_000 } };
  yield { name: 'ping meanwhile', ...latencies(waits) };
}

const pings = (rootUrl: string) => {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  let going = true;
  const once = () =>
    new Promise<void>((resolve, reject) => {
      const begun = performance.now();
      get(`${rootUrl}/api/queue/v1/ping`, { agent }, (answer) => {
        answer.resume().once('end', () => {
          times.push(performance.now() - begun);
          resolve();
        });
      }).once('error', reject);
    });
  const done = (async () => {
    while (going) await once();
  })();
  return {
    stop: async () => {
      going = false;
      await done;
      return times;
    },
  };
};
