import { expect, inject, test } from 'vitest';
import { check } from './check.ts';

// MODEL_SEED and MODEL_PATH (a failure prints both) play it again; MODEL_RUNS plays more.
const { env } = process;
const seed = Number(env['MODEL_SEED'] ?? Date.now() % 1_000_000_000);

test('the queue does what the specification says, request after request', { timeout: 600_000 }, async () => {
  const runs = Number(env['MODEL_RUNS'] ?? 1_400);
  const { failure, sequences } = await check({ cluster: inject('postgres'), seed, runs, races: false, path: env['MODEL_PATH'] });
  expect(failure).toBeUndefined();
  expect(sequences).toBeGreaterThan(0);
});
