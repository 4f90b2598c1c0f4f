import { describe, expect, test } from 'vitest';
import { aTask } from './fixture.ts';
import { changePriority } from './priority.ts';
import { priorityOf, rankOf, type Task } from './task.ts';

const t0 = '2026-01-01T00:00:00.000Z';
const later = '2026-01-01T03:00:00.000Z';
const task = aTask({ unsatisfied: 1 });
const pending: Task = { ...task, runs: [{ runId: 0, state: 'pending', reasonCreated: 'scheduled', scheduled: t0 }] };
const running: Task = { ...task, runs: [{ runId: 0, state: 'running', reasonCreated: 'scheduled', scheduled: t0, started: t0 }] };

describe('changing a priority', () => {
  test.each([
    ['unscheduled', task, undefined],
    ['pending', pending, t0],
    ['running', running, undefined],
  ])('of a task that is %s keeps the old rank, and the place of a pending run', (_, before, pendingSince) => {
    const change = changePriority(before, 3, t0);
    expect(change).toEqual({ task: { ...before, rank: 3 }, oldRank: 7, ...(pendingSince ? { pendingSince } : {}) });
  });

  test.each([
    ['past its deadline', task, 3, later],
    ['that was resolved once, even while it is rerun', { ...pending, everResolved: true }, 3, t0],
    ['that has the priority already', task, 7, t0],
  ])('is refused for a task %s', (_, before, rank, now) =>
    expect(changePriority(before, rank, now)).toMatchObject({ refused: 'RequestConflict' }),
  );
});

test('ranks count from the highest priority', () => {
  expect([rankOf('highest'), rankOf('lowest'), priorityOf(1), priorityOf(7)]).toEqual([1, 7, 'highest', 'lowest']);
});
