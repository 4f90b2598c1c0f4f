import slugid from 'slugid';
import { setTimeout as pause } from 'node:timers/promises';
import { caller } from '../load.ts';
import { forSeconds, type Result, times } from '../measure.ts';
import { type BenchPlatform, processorMsOf } from '../platform.ts';
import { queueOf } from '../queue.ts';

const pairs = 6;
const settleMs = 1_000;
const median = (list: readonly number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

/**
 * What it costs that a signed request is accepted once in all processes: createTask on a platform that claims each header in the database
 * beside one that is alone and remembers them by itself, in turns.
 */
export async function* replay(
  platforms: { readonly alone: BenchPlatform; readonly shared: BenchPlatform },
  seconds: number,
): AsyncGenerator<Result> {
  const { alone, shared } = platforms;
  const sides = [alone, shared].map((platform) => ({
    queue: queueOf(caller(platform), platform.rootUrl),
    rates: [] as number[],
    each: [] as number[],
  }));
  for (const { queue } of sides) await times(2_000, 16, () => queue.create({ taskQueueId: 'bench/warm' }));
  for (const concurrency of [16, 64]) {
    for (const side of sides) side.rates.length = side.each.length = 0;
    for (let n = 0; n < pairs; n++)
      for (const { queue, rates, each } of n % 2 === 0 ? sides : sides.toReversed()) {
        const task = { taskQueueId: queue.newQueue(), taskGroupId: slugid.nice() };
        await pause(settleMs);
        // Of everything that this process started, and of itself: PostgreSQL's share is in different places.
        const before = await processorMsOf(process.pid);
        const begun = performance.now();
        const { perSecond } = await forSeconds(seconds, concurrency, () => queue.create(task));
        const made = (perSecond * (performance.now() - begun)) / 1_000;
        rates.push(perSecond);
        each.push((((await processorMsOf(process.pid)) - before) / made) * 1_000);
      }
    const [without, withClaims] = sides.map(({ rates, each }) => ({ rate: median(rates), us: median(each) }));
    if (!without || !withClaims) return;
    const share = withClaims.rate / without.rate - 1;
    const percent = (n: number) => `${n < 0 ? '−' : '+'}${Math.abs(n * 100).toFixed(0)} %`;
    yield {
      name: `headers claimed in the database, createTask ${concurrency} at a time`,
      text: `${percent(share)} (${Math.round(without.rate)} to ${Math.round(withClaims.rate)}/s), ${Math.round(without.us)} to ${Math.round(withClaims.us)} µs each`,
      target: { text: '> −5 %', reached: share > -0.05 },
    };
  }
}
