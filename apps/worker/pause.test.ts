import { expect, test } from 'vitest';
import { backOffMs, pause } from './pause.ts';

test('pauses double up to a limit, spread by a quarter', () => {
  const limits = { firstMs: 100, maxMs: 1000 };
  for (const [failures, middle] of [
    [1, 100],
    [2, 200],
    [4, 800],
    [5, 1000],
    [1000, 1000],
  ] as const) {
    const ms = backOffMs(failures, limits);
    expect(ms).toBeGreaterThanOrEqual(middle * 0.75);
    expect(ms).toBeLessThanOrEqual(middle * 1.25);
  }
});

test('a pause ends when its signal is aborted, and is none when it was aborted before', async () => {
  const stop = new AbortController();
  const long = pause(1_000_000, stop.signal);
  stop.abort();
  await long;
  await pause(1_000_000, stop.signal);
});
