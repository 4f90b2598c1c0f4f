import { commonMetrics } from '@taskcluster/contracts';
import { type Log, silentLog } from '@taskcluster/log';
import { createMetrics } from '@taskcluster/metrics';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Loop, startLoops } from './index.ts';

const hour = 3_600_000;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
/** Lets everything happen that happens within so many milliseconds. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Wake-ups of one process, as the database gives them. */
const createWakeups = () => {
  const listeners = new Map<string, Set<(key: string) => void>>();
  return {
    on: (channel: string, listener: (key: string) => void) => {
      const set = listeners.get(channel) ?? new Set();
      listeners.set(channel, set.add(listener));
      return () => void set.delete(listener);
    },
    wake: (channel: string) => {
      for (const listener of listeners.get(channel) ?? []) listener('');
    },
    count: (channel: string) => listeners.get(channel)?.size ?? 0,
  };
};

/** Starts a loop that counts its steps; `answer` says what the n-th step (from 1) does. */
const start = (answer: (n: number) => number | Promise<number>, more: Partial<Loop<string>> = {}, log: Log = silentLog) => {
  const wakeups = createWakeups();
  const state = { steps: 0 };
  const loop: Loop<string> = {
    name: 'tester',
    batch: 10,
    idleMs: () => hour,
    wokenBy: 'work',
    step: async () => answer(++state.steps),
    ...more,
  };
  const running = startLoops([loop], { service: 'service', wakeups, log });
  onTestFinished(() => running.stop());
  return { ...running, state, wakeups };
};

test('a loop begins at once, and after a short step it rests', async () => {
  const { state } = start(() => 3);
  await pass(hour - 1);
  expect(state.steps).toBe(1);
  await pass(1);
  expect(state.steps).toBe(2);
});

test('a full batch is followed by the next step at once', async () => {
  const { state } = start((n) => (n < 5 ? 10 : 9));
  await pass(0);
  expect(state.steps).toBe(5);
});

test('a step is given the service and the batch', async () => {
  const seen: unknown[] = [];
  start(() => 0, { step: async (...args) => (seen.push(args), 0) });
  await pass(0);
  expect(seen).toEqual([['service', 10]]);
});

test('a wake-up ends the rest, on its own channel only', async () => {
  const { state, wakeups } = start(() => 0);
  await pass(0);
  wakeups.wake('other');
  await pass(0);
  expect(state.steps).toBe(1);
  wakeups.wake('work');
  await pass(0);
  expect(state.steps).toBe(2);
});

test('a wake-up during a step is not lost, and many make one further step', async () => {
  const step = Promise.withResolvers<number>();
  const { state, wakeups } = start((n) => (n === 1 ? step.promise : 0));
  await pass(0);
  wakeups.wake('work');
  wakeups.wake('work');
  step.resolve(0);
  await pass(0);
  expect(state.steps).toBe(2);
});

test('the next due time ends the rest when it comes before the idle time', async () => {
  const due = [500, 2 * hour, undefined];
  const { state } = start(() => 0, { nextDueMs: async () => due.shift() });
  await pass(499);
  expect(state.steps).toBe(1);
  await pass(1);
  expect(state.steps).toBe(2);
  await pass(hour);
  expect(state.steps).toBe(3);
});

test('what is overdue and cannot be taken is not asked for without a pause', async () => {
  const { state } = start(() => 0, { nextDueMs: async () => -5_000 });
  await pass(1_000);
  expect(state.steps).toBeLessThanOrEqual(51);
});

test('what is overdue after a step that did something is done at once', async () => {
  const { state } = start((n) => (n < 4 ? 1 : 0), { nextDueMs: async () => -1 });
  await pass(10);
  expect(state.steps).toBe(4);
});

test('an idle time of months is not an idle time of nothing', async () => {
  const { state } = start(() => 0, { idleMs: () => 90 * 24 * hour });
  await pass(hour);
  expect(state.steps).toBe(1);
});

test('errors are logged, and the pauses after them double up to half a minute', async () => {
  const errors: object[] = [];
  const log: Log = { ...silentLog, error: (fields) => void errors.push(fields), child: () => log };
  const err = new Error('no');
  const { state } = start(() => Promise.reject(err), {}, log);
  await pass(0);
  const pauses = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
  for (const [i, pauseMs] of pauses.entries()) {
    expect(errors.at(-1)).toEqual({ err, failures: i + 1, pauseMs });
    await pass(pauseMs - 1);
    expect(state.steps).toBe(i + 1);
    await pass(1);
    expect(state.steps).toBe(i + 2);
  }
});

test('work that comes in does not make a failing step fail more often, and is seen after the pause', async () => {
  const { state, wakeups } = start((n) => (n === 1 ? Promise.reject(new Error('no')) : 0));
  await pass(0);
  for (let i = 0; i < 50; i++) wakeups.wake('work');
  await pass(99);
  expect(state.steps).toBe(1);
  await pass(1);
  expect(state.steps).toBeGreaterThanOrEqual(2);
});

test('after a step that succeeds the next error waits briefly again', async () => {
  const { state, wakeups } = start((n) => (n === 3 ? 0 : Promise.reject(new Error('no'))));
  await pass(300);
  expect(state.steps).toBe(3);
  wakeups.wake('work');
  await pass(0);
  expect(state.steps).toBe(4);
  await pass(100);
  expect(state.steps).toBe(5);
});

test('a due time that cannot be found out is an error like any other', async () => {
  const { state } = start(() => 0, { nextDueMs: () => Promise.reject(new Error('no')) });
  await pass(100 + 200);
  expect(state.steps).toBe(3);
});

test('a step that throws before it returns is an error like any other', async () => {
  let steps = 0;
  start(() => 0, {
    step: () => {
      steps++;
      throw new Error('at once');
    },
  });
  await pass(100);
  expect(steps).toBe(2);
});

test.each([
  ['rests', () => 0],
  ['backs off', () => Promise.reject(new Error('no'))],
])('a loop that %s stops at once', async (_, answer: () => number | Promise<number>) => {
  const { state, stop, wakeups } = start(answer);
  await pass(0);
  await stop();
  await pass(2 * hour);
  expect(state.steps).toBe(1);
  expect(wakeups.count('work')).toBe(0);
});

test('stopping waits for the step that is under way, and begins no other', async () => {
  const step = Promise.withResolvers<number>();
  const { state, stop } = start(() => step.promise);
  await pass(0);
  let stopped = false;
  const stopping = stop().then(() => (stopped = true));
  await pass(hour);
  expect(stopped).toBe(false);
  step.resolve(10);
  await stopping;
  expect(state.steps).toBe(1);
});

test('loops do not wait for each other', async () => {
  const wakeups = createWakeups();
  const stuck = Promise.withResolvers<number>();
  let steps = 0;
  const loop = (name: string, step: () => Promise<number>): Loop<string> => ({ name, batch: 1, idleMs: () => 10, step });
  const running = startLoops([loop('stuck', () => stuck.promise), loop('free', async () => (steps++, 0))], {
    service: '',
    wakeups,
    log: silentLog,
  });
  await pass(100);
  expect(steps).toBeGreaterThan(5);
  stuck.resolve(0);
  await running.stop();
});

test('each step is recorded with the time that it took and how it ended', async () => {
  const registry = createMetrics([commonMetrics]);
  const metrics = registry.recorders(commonMetrics);
  const slow = () => new Promise<number>((resolve) => setTimeout(() => resolve(0), 2_000));
  let steps = 0;
  const step = () => (++steps === 1 ? Promise.reject(new Error('no')) : slow());
  const running = startLoops([{ name: 'measured', batch: 1, idleMs: () => hour, step }], {
    service: '',
    wakeups: createWakeups(),
    log: silentLog,
    metrics,
  });
  onTestFinished(() => running.stop());
  await pass(100 + 2_000);
  const series = (await registry.text()).split('\n').filter((line) => /_(count|sum)\{/.test(line));
  expect(series).toEqual([
    'iterate_duration_seconds_sum{name="measured",status="exception"} 0',
    'iterate_duration_seconds_count{name="measured",status="exception"} 1',
    'iterate_duration_seconds_sum{name="measured",status="success"} 2',
    'iterate_duration_seconds_count{name="measured",status="success"} 1',
  ]);
});
