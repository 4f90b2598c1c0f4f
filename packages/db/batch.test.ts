import { expect, test } from 'vitest';
import { batched, type Outcome } from './batch.ts';

/** A `run` whose batches the test ends one by one. */
const held = () => {
  const batches: { readonly items: readonly number[]; readonly end: (outcomes: readonly Outcome<string>[]) => void }[] = [];
  const run = (items: readonly number[]) => new Promise<readonly Outcome<string>[]>((end) => void batches.push({ items, end }));
  return { batches, run };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));
const answers = (items: readonly number[]): Outcome<string>[] => items.map((n) => ({ value: `answer ${n}` }));

test('what is asked in one turn of the event loop is one batch, in order, and each caller gets its own answer', async () => {
  const batches: (readonly number[])[] = [];
  const ask = batched<number, string>({ run: async (items) => (batches.push(items), answers(items)) });
  expect(await Promise.all([ask(3), ask(1), ask(2)])).toEqual(['answer 3', 'answer 1', 'answer 2']);
  expect(batches).toEqual([[3, 1, 2]]);
});

test('a batch holds at most as many as it may, and the next one takes the rest', async () => {
  const batches: (readonly number[])[] = [];
  const ask = batched<number, string>({ max: 2, inFlight: 1, run: async (items) => (batches.push(items), answers(items)) });
  await Promise.all([1, 2, 3, 4, 5].map(ask));
  expect(batches).toEqual([[1, 2], [3, 4], [5]]);
});

test('a second batch runs beside the first when it is worth it; fewer items wait and fill the next', async () => {
  const { batches, run } = held();
  const ask = batched<number, string>({ run, inFlight: 2, worthwhile: 2 });
  const asked = [ask(1)];
  await turn();
  asked.push(ask(2));
  await turn();
  expect(batches.map((b) => b.items)).toEqual([[1]]);
  asked.push(ask(3));
  await turn();
  asked.push(ask(4), ask(5));
  await turn();
  expect(batches.map((b) => b.items)).toEqual([[1], [2, 3]]);
  batches[1]?.end(answers([2, 3]));
  await asked[1];
  await turn();
  await turn();
  expect(batches.map((b) => b.items)).toEqual([[1], [2, 3], [4, 5]]);
  batches[0]?.end(answers([1]));
  batches[2]?.end(answers([4, 5]));
  expect(await Promise.all(asked)).toEqual([1, 2, 3, 4, 5].map((n) => `answer ${n}`));
});

test('a batch that waits for somebody else holds up nobody for long', async () => {
  const { batches, run } = held();
  const ask = batched<number, string>({ run, worthwhile: 2 });
  const stuck = ask(1);
  await turn();
  const later = ask(2);
  await expect.poll(() => batches.length).toBe(2);
  batches[1]?.end(answers([2]));
  expect(await later).toBe('answer 2');
  batches[0]?.end(answers([1]));
  await stuck;
});

test('an item can fail alone', async () => {
  const refusal = new Error('not 2');
  const ask = batched<number, string>({
    run: async (items) => items.map((n) => (n === 2 ? { error: refusal } : { value: `answer ${n}` })),
  });
  expect(await Promise.allSettled([ask(1), ask(2), ask(3)])).toEqual([
    { status: 'fulfilled', value: 'answer 1' },
    { status: 'rejected', reason: refusal },
    { status: 'fulfilled', value: 'answer 3' },
  ]);
});

test('a batch that throws is tried one by one, so that only the bad item fails', async () => {
  const batches: (readonly number[])[] = [];
  const run = async (items: readonly number[]) => {
    batches.push(items);
    if (items.includes(2)) throw new Error('bad item');
    return answers(items);
  };
  const ask = batched<number, string>({ run });
  const [one, two, three] = await Promise.allSettled([ask(1), ask(2), ask(3)]);
  expect(batches).toEqual([[1, 2, 3], [1], [2], [3]]);
  expect([one?.status, two?.status, three?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a batch whose database was lost is not tried again: it may have been committed', async () => {
  let runs = 0;
  const lost = Object.assign(new Error('terminating connection'), { code: '57P01' });
  const ask = batched<number, string>({
    run: async () => {
      runs++;
      throw lost;
    },
  });
  const outcomes = await Promise.allSettled([ask(1), ask(2)]);
  expect(outcomes.map((o) => o.status === 'rejected' && o.reason)).toEqual([lost, lost]);
  expect(runs).toBe(1);
});

test('a lone item that throws is not tried twice', async () => {
  let runs = 0;
  const ask = batched<number, string>({
    run: () => {
      runs++;
      throw new Error('at once');
    },
  });
  await expect(ask(1)).rejects.toThrow('at once');
  expect(runs).toBe(1);
  await expect(ask(2)).rejects.toThrow('at once');
});

test('fewer answers than items is an error for those who got none', async () => {
  const ask = batched<number, string>({ run: async (items) => answers(items).slice(1) });
  const outcomes = await Promise.allSettled([ask(1), ask(2)]);
  expect(outcomes.map((o) => o.status)).toEqual(['fulfilled', 'rejected']);
});
