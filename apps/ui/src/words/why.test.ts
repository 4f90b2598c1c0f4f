import type { TaskState, TaskStatus } from '@taskcluster/contracts';
import { expect, test } from 'vitest';
import { row, status } from '../data/fixture.ts';
import { whyNotRunning } from './why.ts';

const now = Date.parse('2026-01-01T00:10:00.000Z');
const why = (given: {
  readonly status: TaskStatus;
  readonly dependencies?: readonly TaskState[];
  readonly requires?: 'all-completed' | 'all-resolved';
  readonly counts?: { readonly pendingTasks: number; readonly claimedTasks: number };
}) => {
  const dependencies = (given.dependencies ?? []).map((state, i) => row({ taskId: `d${i}`, name: `dep-${i}`, state }));
  const task = { dependencies: dependencies.map((one) => one.taskId), requires: given.requires ?? 'all-completed' };
  return whyNotRunning({ status: given.status, task, dependencies, counts: given.counts, now })?.join(' ');
};

test('a task that runs or is over needs no reason', () => {
  expect(why({ status: status({ state: 'running' }) })).toBeUndefined();
  expect(why({ status: status({ state: 'failed' }) })).toBeUndefined();
});

test('an unscheduled task names what it waits for', () => {
  const said = why({ status: status({ state: 'unscheduled' }), dependencies: ['completed', 'running', 'pending'] });
  expect(said).toContain('It waits for 2 of 3 dependencies to complete: dep-1 (running), dep-2 (pending).');
});

test('a dependency that failed is named as what has to change, unless any end will do', () => {
  const given = { status: status({ state: 'unscheduled' }), dependencies: ['completed', 'failed'] } as const;
  expect(why(given)).toContain('dep-1 (failed) did not succeed. It starts only if that task is run again and completes');
  expect(why({ ...given, requires: 'all-resolved' })).toContain('about to be scheduled');
});

test('a pending task says how long it has waited and how busy its queue is', () => {
  const pending = status({ state: 'pending', scheduled: '2026-01-01T00:08:00.000Z' });
  expect(why({ status: pending, counts: { pendingTasks: 4, claimedTasks: 1 } })).toBe(
    'It has waited 2 min for a worker of proj/linux. The workers of this queue are busy with 1 task, and 3 other tasks wait.',
  );
  expect(why({ status: pending, counts: { pendingTasks: 1, claimedTasks: 0 } })).toContain('probably none is running');
});
