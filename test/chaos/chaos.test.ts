import { expect, test } from 'vitest';
import { storm } from './storm.ts';

// A handful of what `npm run test:chaos` does hundreds of times. CHAOS_SEED plays the same faults and requests again.
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);

const promises = { violations: [], stuck: 0 };

test('nothing that was promised is broken by kills of the platform and of its database', { timeout: 300_000 }, async () => {
  const report = await storm({ kills: 5, first: 16, seed, embedded: false, deadlineSeconds: 5 });
  expect(report).toMatchObject({ seed, ...promises, faults: 5 });
  expect(report.byFault).toMatchObject({ postmaster: 1 });
  expect(report.acknowledged).toBeGreaterThan(0);
});

test('nor when the database dies with the platform, as it does for who has no other', { timeout: 300_000 }, async () => {
  const report = await storm({ kills: 2, first: 4, seed, embedded: true, deadlineSeconds: 5 });
  expect(report).toMatchObject({ seed, ...promises, faults: 2 });
});
