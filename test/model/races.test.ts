import { expect, inject, test } from 'vitest';
import { check } from './check.ts';

// The same sequences each time, so that what is red was made red by the change. Others: MODEL_SEED and MODEL_RUNS, or npm run test:long.
// A failure prints the MODEL_SEED and MODEL_PATH that play it again.
const { env } = process;
const seed = Number(env['MODEL_SEED'] ?? 1);

test('requests that arrive together come out as if one had come after the other', { timeout: 600_000 }, async () => {
  const runs = Number(env['MODEL_RUNS'] ?? 1_000);
  const { failure, sequences } = await check({ cluster: inject('postgres'), seed, runs, races: true, path: env['MODEL_PATH'] });
  expect(failure).toBeUndefined();
  expect(sequences).toBeGreaterThan(0);
});
