import { expect, test } from 'vitest';
import { createThrottle } from './throttle.ts';
import { claimsByWorker, readRun, writeRun } from './worker.ts';

test('claims are put together by worker, each with its latest 20 in order', () => {
  const claim = (workerId: string, n: number) => ({ workerGroup: 'g', workerId, taskId: `t${n}`, runId: 0 });
  const many = Array.from({ length: 25 }, (_, n) => claim('w', n));
  expect(claimsByWorker([claim('v', 0), ...many, claim('v', 1)])).toEqual([
    { workerGroup: 'g', workerId: 'v', runs: ['t0/0', 't1/0'] },
    { workerGroup: 'g', workerId: 'w', runs: many.slice(5).map((c) => `${c.taskId}/0`) },
  ]);
});

test('a run is read as it was written', () => {
  const run = { taskId: 'VTtOTLaHTlCJgvEFpAyiRA', runId: 12 };
  expect(readRun(writeRun(run))).toEqual(run);
});

test('a throttle lets each key pass once in a while, and again at once after forget', () => {
  const throttle = createThrottle(1_000);
  expect([throttle.due('a', 0), throttle.due('a', 999), throttle.due('b', 999), throttle.due('a', 1_000)]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  throttle.forget('a');
  expect(throttle.due('a', 1_001)).toBe(true);
});
