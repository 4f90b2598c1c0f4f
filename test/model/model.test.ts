import { expect, inject, test } from 'vitest';
import { check } from './check.ts';

// The same sequences each time, so that what is red was made red by the change. Others: MODEL_SEED and MODEL_RUNS, or npm run test:long.
// A failure prints the MODEL_SEED and MODEL_PATH that play it again.
const { env } = process;
const seed = Number(env['MODEL_SEED'] ?? 1);

test('the queue does what the specification says, request after request', { timeout: 600_000 }, async () => {
  const runs = Number(env['MODEL_RUNS'] ?? 1_300);
  const { failure, sequences } = await check({ cluster: inject('postgres'), seed, runs, races: false, path: env['MODEL_PATH'] });
  expect(failure).toBeUndefined();
  expect(sequences).toBeGreaterThan(0);
});
