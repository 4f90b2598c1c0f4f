import type { Credentials } from '@taskcluster/hawk';
import slugid from 'slugid';
import type { Call } from '../load.ts';
import { forSeconds, type Result, times } from '../measure.ts';
import type { BenchPlatform } from '../platform.ts';
import { queueOf } from '../queue.ts';

const rounds = 6;
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** A new client with these scopes. */
const clientWith = async (call: Call, scopes: readonly string[]): Promise<Credentials> => {
  const body = { description: '', expires: new Date(Date.now() + 86_400_000).toISOString(), scopes };
  return (await call('PUT', `auth/v1/clients/bench/${slugid.nice()}`.replace('bench/', 'bench%2F'), { body })) as Credentials;
};

interface Found {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the platform for one task, in milliseconds. */
  readonly cost: number;
}

/**
 * createTask by a client that holds every role, and by one that holds a single scope: in turns, because machines have moods. They are
 * compared by the processor time that the platform takes, which other programs on the machine change least.
 */
export async function* holders(call: Call, seconds: number, platform: BenchPlatform): AsyncGenerator<Result> {
  const asked = { one: ['queue:*'], every: ['assume:*', 'queue:*'] };
  const found: Record<keyof typeof asked, Found[]> = { one: [], every: [] };
  for (let round = 0; round < rounds; round++) {
    for (const who of round % 2 === 0 ? (['one', 'every'] as const) : (['every', 'one'] as const)) {
      const credentials = await clientWith(call, asked[who]);
      const mine: Call = (method, path, options) => call(method, path, { credentials, ...options });
      const queue = queueOf(mine, platform.rootUrl);
      const task = { taskQueueId: queue.newQueue(), taskGroupId: slugid.nice() };
      await times(50, 16, () => queue.create(task));
      const before = await platform.processorMs();
      let count = 0;
      const result = await forSeconds(seconds / 2, 16, () => (count++, queue.create(task)));
      const cost = ((await platform.processorMs()) - before) / count;
      found[who].push({ perSecond: result.perSecond, p50: result.p50 ?? Number.NaN, p99: result.p99 ?? Number.NaN, cost });
    }
  }
  const middle = (who: keyof typeof asked, what: keyof Found) => median(found[who].map((f) => f[what]));
  for (const [who, name] of [
    ['one', 'one scope'],
    ['every', 'every role'],
  ] as const) {
    const [perSecond, p50, p99] = [middle(who, 'perSecond'), middle(who, 'p50'), middle(who, 'p99')];
    yield { name: `createTask by a client with ${name}, 16 at a time`, perSecond, p50, p99 };
  }
  const ratio = middle('every', 'cost') / middle('one', 'cost');
  const text = `${ratio.toFixed(2)} (${(middle('every', 'cost') * 1_000).toFixed(0)} to ${(middle('one', 'cost') * 1_000).toFixed(0)} µs)`;
  yield { name: 'processor time, every role to one scope', text, target: { text: '≤ 1.2', reached: ratio <= 1.2 } };
}
