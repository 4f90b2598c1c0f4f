import { expect, inject, test } from 'vitest';
import { check } from './check.ts';

// MODEL_SEED and MODEL_PATH (a failure prints both) play it again; MODEL_RUNS plays more.
const { env } = process;
const seed = Number(env['MODEL_SEED'] ?? Date.now() % 1_000_000_000);

test('requests that arrive together come out as if one had come after the other', { timeout: 600_000 }, async () => {
  const runs = Number(env['MODEL_RUNS'] ?? 800);
  const { failure, sequences } = await check({ cluster: inject('postgres'), seed, runs, races: true, path: env['MODEL_PATH'] });
  expect(failure).toBeUndefined();
  expect(sequences).toBeGreaterThan(0);
});
