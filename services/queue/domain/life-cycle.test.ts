import { describe, expect, test } from 'vitest';
import { aTask } from './fixture.ts';
import {
  cancel,
  type Change,
  claim,
  claimNamed,
  type Decision,
  expireClaim,
  giveBack,
  loseWorker,
  passDeadline,
  reclaim,
  report,
  reportException,
  rerun,
  schedule,
  scheduleByCaller,
} from './life-cycle.ts';
import { maxRuns, stateOf, statusOf, type Task } from './task.ts';

const t0 = '2026-01-01T00:00:00.000Z';
const at = (minutes: number) => new Date(Date.parse(t0) + minutes * 60_000).toISOString();
const fresh = aTask();
const worker = { runId: 0, workerGroup: 'g', workerId: 'w', claimTimeoutMs: 20 * 60_000 };
const made = (decision: Decision): Change => {
  if ('refused' in decision) throw new Error(`refused: ${decision.message}`);
  return decision;
};
const refusedAs = (decision: Decision) => ('refused' in decision ? decision.refused : undefined);
const pending = schedule(fresh, t0).task;
const running = made(claim(pending, worker, at(1))).task;
const completed = made(report(running, 0, 'completed', at(2))).task;
const announced = (decision: Decision) => made(decision).announce.map((a) => ('runId' in a ? `${a.message} ${a.runId}` : a.message));

describe('schedule', () => {
  test('gives a task its first run, which is pending', () => {
    const change = schedule(fresh, t0);
    expect(change.task.runs).toEqual([{ runId: 0, state: 'pending', reasonCreated: 'scheduled', scheduled: t0 }]);
    expect([change.pending, announced(change)]).toEqual([0, ['taskPending 0']]);
  });
  test('leaves a task that has runs as it is, and announces nothing', () =>
    expect(made(scheduleByCaller(completed, at(3)))).toEqual({ task: completed, announce: [] }));
  test('does nothing after the deadline, and refuses a caller', () => {
    expect(schedule(fresh, at(121)).task.runs).toEqual([]);
    expect(refusedAs(scheduleByCaller(fresh, at(121)))).toBe('RequestConflict');
  });
});

describe('claim', () => {
  test('makes the pending run running, for as long as the claim lasts', () => {
    expect(running.runs[0]).toMatchObject({ state: 'running', workerGroup: 'g', workerId: 'w', started: at(1), takenUntil: at(21) });
  });
  test.each([
    ['a run that is running already', running, worker],
    ['a run that there is not', pending, { ...worker, runId: 1 }],
    ['a task without runs', fresh, worker],
    ['a resolved task', completed, worker],
  ])('refuses %s', (_, task, request) => expect(refusedAs(claim(task, request, at(2)))).toBe('RequestConflict'));
  test('refuses a task past its deadline', () => expect(refusedAs(claim(pending, worker, at(121)))).toBe('RequestConflict'));
});

describe('a claim by name', () => {
  test('takes the run out of its place in the queue', () => {
    const change = made(claimNamed(pending, worker, at(1)));
    expect([stateOf(change.task), change.unpend, announced(change)]).toEqual(['running', { rank: 7, inserted: t0 }, ['taskRunning 0']]);
  });
  test('may be repeated by the worker that has it, which announces again and prolongs nothing', () => {
    const change = made(claimNamed(running, worker, at(2)));
    expect([change.task, change.claim, announced(change)]).toEqual([running, undefined, ['taskRunning 0']]);
  });
  test.each([
    ['by another worker', running, { ...worker, workerId: 'x' }, 'RequestConflict'],
    ['of a resolved run', completed, worker, 'RequestConflict'],
    ['of a run that there is not', pending, { ...worker, runId: 1 }, 'ResourceNotFound'],
  ] as const)('is refused %s', (_, task, request, code) => expect(refusedAs(claimNamed(task, request, at(2)))).toBe(code));
  test('is refused past the deadline', () => expect(refusedAs(claimNamed(pending, worker, at(121)))).toBe('RequestConflict'));
  test('is refused to the worker that has it once its claim has ended, for which there are no credentials', () =>
    expect(refusedAs(claimNamed(running, worker, at(21)))).toBe('RequestConflict'));
});

describe('reclaim', () => {
  test('extends the claim and announces nothing', () => {
    const change = made(reclaim(running, worker, at(10)));
    expect(change.task.runs[0]?.takenUntil).toBe(at(30));
    expect(change.announce).toEqual([]);
  });
  test('never shortens a claim', () =>
    expect(made(reclaim(running, { ...worker, claimTimeoutMs: 1 }, at(2))).task.runs[0]?.takenUntil).toBe(at(21)));
  test.each([
    ['a pending run', pending, 0, 'RequestConflict'],
    ['a resolved run', completed, 0, 'RequestConflict'],
    ['a run that there is not', running, 7, 'ResourceNotFound'],
  ] as const)('refuses %s', (_, task, runId, code) => expect(refusedAs(reclaim(task, { ...worker, runId }, at(2)))).toBe(code));
});

describe('report', () => {
  test('ends the run, its claim and the task', () => {
    const change = made(report(running, 0, 'failed', at(5)));
    expect(change.task.runs[0]).toMatchObject({ state: 'failed', reasonResolved: 'failed', resolved: at(5), workerId: 'w' });
    expect([change.claim, change.resolved, change.task.everResolved]).toEqual([null, true, true]);
  });
  test('may be repeated, which changes nothing and announces again', () => {
    const change = made(report(completed, 0, 'completed', at(9)));
    expect([change.task, announced(change)]).toEqual([completed, ['taskCompleted 0']]);
  });
  test('a completed run cannot fail afterwards', () => expect(refusedAs(report(completed, 0, 'failed', at(9)))).toBe('RequestConflict'));
  test('is accepted after the deadline, until the deadline has resolved the task', () =>
    expect(stateOf(made(report(running, 0, 'completed', at(121))).task)).toBe('completed'));
});

describe('an exception', () => {
  test.each(['malformed-payload', 'resource-unavailable', 'internal-error'] as const)('%s is final', (reason) => {
    const change = made(reportException(running, 0, reason, at(5)));
    expect([change.task.runs.length, change.resolved]).toEqual([1, true]);
  });
  test.each([
    ['worker-shutdown', 'retry'],
    ['intermittent-task', 'task-retry'],
  ] as const)('%s starts the next run', (reason, reasonCreated) => {
    const change = made(reportException(running, 0, reason, at(5)));
    expect(change.task.runs[1]).toEqual({ runId: 1, state: 'pending', reasonCreated, scheduled: at(5) });
    expect([change.task.retriesLeft, change.resolved, announced(change)]).toEqual([1, undefined, ['taskException 0', 'taskPending 1']]);
  });
  test('is final when no retry is left', () => {
    const change = made(reportException({ ...running, retriesLeft: 0 }, 0, 'worker-shutdown', at(5)));
    expect([change.task.runs.length, change.resolved]).toEqual([1, true]);
  });
  test('may be repeated while at most one newer run exists, and names the retry only while it is pending', () => {
    const retried = made(reportException(running, 0, 'worker-shutdown', at(5))).task;
    expect(announced(reportException(retried, 0, 'worker-shutdown', at(6)))).toEqual(['taskException 0', 'taskPending 1']);
    const again = made(claim(retried, { ...worker, runId: 1 }, at(6))).task;
    const repeat = made(reportException(again, 0, 'worker-shutdown', at(7)));
    expect([announced(repeat), repeat.resolved]).toEqual([['taskException 0'], undefined]);
  });
  test('cannot overwrite another reason', () => {
    const ended = made(reportException(running, 0, 'internal-error', at(5))).task;
    expect(refusedAs(reportException(ended, 0, 'worker-shutdown', at(6)))).toBe('RequestConflict');
  });
});

describe('a claim that runs out', () => {
  const entry = { runId: 0, takenUntil: at(21) };
  test('ends the run and starts the next', () => {
    const { task } = expireClaim(running, entry, at(21));
    expect(task.runs.map((r) => [r.state, r.reasonResolved ?? r.reasonCreated])).toEqual([
      ['exception', 'claim-expired'],
      ['pending', 'retry'],
    ]);
  });
  test('that was extended meanwhile has not run out', () => {
    const { task } = made(reclaim(running, worker, at(10)));
    expect(expireClaim(task, entry, at(21)).task).toBe(task);
  });
  test('of a resolved run is of no interest', () => expect(expireClaim(completed, entry, at(21)).task).toBe(completed));
  test('past the deadline is left to the deadline', () => expect(expireClaim(running, entry, at(121)).task).toBe(running));
});

describe('cancel and deadline', () => {
  test.each([
    ['pending', pending],
    ['running', running],
  ])('end a %s run', (_, task) => {
    const change = made(cancel(task, at(5)));
    expect(change.task.runs[0]).toMatchObject({ state: 'exception', reasonResolved: 'canceled', resolved: at(5) });
    expect(change.claim).toBeNull();
  });
  test('a pending run leaves its place in the queue', () => expect(made(cancel(pending, at(5))).unpend).toEqual({ rank: 7, inserted: t0 }));
  test('an unscheduled task gets a run that says so', () => {
    expect(passDeadline(fresh, at(121)).task.runs).toEqual([
      {
        runId: 0,
        state: 'exception',
        reasonCreated: 'exception',
        reasonResolved: 'deadline-exceeded',
        scheduled: at(121),
        resolved: at(121),
      },
    ]);
  });
  test('a resolved task is left as it is', () => {
    expect(made(cancel(completed, at(5)))).toEqual({ task: completed, announce: [] });
    expect(passDeadline(completed, at(121))).toEqual({ task: completed, announce: [] });
  });
  test('a repeated cancel announces again', () =>
    expect(announced(cancel(made(cancel(pending, at(5))).task, at(6)))).toEqual(['taskException 0']));
  test('a canceled task cannot be scheduled, but rerun', () => {
    const { task } = made(cancel(pending, at(5)));
    expect(made(scheduleByCaller(task, at(6))).task).toBe(task);
    expect(stateOf(made(rerun(task, at(6))).task)).toBe('pending');
  });
});

describe('rerun', () => {
  test('starts another run and restores the retries', () => {
    const { task } = made(rerun({ ...completed, retriesLeft: 0 }, at(6)));
    expect(task.runs[1]).toMatchObject({ state: 'pending', reasonCreated: 'rerun' });
    expect(task.retriesLeft).toBe(2);
  });
  test('leaves a running task alone, and announces a pending one again', () => {
    expect(made(rerun(running, at(6)))).toEqual({ task: running, announce: [] });
    expect(announced(rerun(pending, at(6)))).toEqual(['taskPending 0']);
  });
  test(`stops at ${maxRuns} runs`, () => {
    const run = completed.runs[0];
    if (!run) throw new Error('a completed task has a run');
    const full = { ...completed, runs: Array.from({ length: maxRuns }, (_, runId) => ({ ...run, runId })) };
    expect(refusedAs(rerun(full, at(6)))).toBe('RequestConflict');
    const nearly = { ...completed, retries: 40, runs: full.runs.slice(0, 30) };
    expect(made(rerun(nearly, at(6))).task.retriesLeft).toBe(19);
  });
});

describe('a claim that is given back', () => {
  const back = (task: Task) => giveBack(task, { runId: task.runs.length - 1, takenUntil: task.runs.at(-1)?.takenUntil ?? '' }, at(2)).task;
  const again = (task: Task) => made(claim(task, { ...worker, runId: task.runs.length - 1 }, at(1))).task;
  test('costs a retry only when the task has no runs to spare', () => {
    expect([back(running).retriesLeft, back({ ...running, retriesLeft: 0 }).runs.length]).toEqual([2, 2]);
    const greedy = back({ ...running, retries: maxRuns - 1, retriesLeft: maxRuns - 1 });
    expect([greedy.retriesLeft, greedy.runs.length]).toEqual([maxRuns - 2, 2]);
  });
  test(`never leads to more than ${maxRuns} runs`, () => {
    let task = running;
    for (let i = 1; stateOf(task) === 'running' && i < 2 * maxRuns; i++) {
      const next = back(task);
      task = stateOf(next) === 'pending' ? again(next) : next;
    }
    expect([stateOf(task), task.runs.length, task.retriesLeft]).toEqual(['exception', maxRuns, 0]);
  });
});

test('a worker that is gone loses its run also after the deadline, as if it had reported that it shuts down', () => {
  const gone = loseWorker(running, worker, at(121));
  expect(announced(gone)).toEqual(['taskException 0', 'taskPending 1']);
  expect(gone.task.runs[0]).toMatchObject({ state: 'exception', reasonResolved: 'worker-shutdown' });
  expect(announced(loseWorker(running, { ...worker, workerId: 'another' }, at(2)))).toEqual([]);
});

test('the state of a task is the state of its last run', () => {
  expect([fresh, pending, running, completed].map((t) => statusOf(t).state)).toEqual(['unscheduled', 'pending', 'running', 'completed']);
});
