import { silentLog } from '@taskcluster/log';
import { expect, test } from 'vitest';
import { type Loop, startLoops } from './loop.ts';

/** Wake-ups that a test sends by hand. */
const bells = () => {
  const listeners = new Set<(key: string) => void>();
  return {
    on: (_: string, listener: (key: string) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ring: () => {
      for (const listener of listeners) listener('');
    },
    count: () => listeners.size,
  };
};

/** A loop whose steps the test answers one by one. */
const steppedLoop = (more: Partial<Loop<null>> = {}) => {
  const steps: { readonly answer: (count: number) => void; readonly fail: (err: Error) => void }[] = [];
  let arrived = () => {};
  const next = async () => {
    while (steps.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
    return steps.shift() as (typeof steps)[number];
  };
  const loop: Loop<null> = {
    name: 'test',
    idleMs: () => 3_600_000,
    batch: 10,
    wokenBy: 'work',
    step: () =>
      new Promise((resolve, reject) => {
        steps.push({ answer: resolve, fail: reject });
        arrived();
      }),
    ...more,
  };
  return { loop, next, waiting: () => steps.length };
};
const start = (loop: Loop<null>, wakeups = bells()) => ({
  wakeups,
  running: startLoops([loop], { service: null, wakeups, log: silentLog }),
});

test('a full batch is followed by the next step at once', async () => {
  const { loop, next } = steppedLoop();
  const { running } = start(loop);
  (await next()).answer(10);
  const second = await next();
  const stopped = running.stop();
  second.answer(0);
  await stopped;
});

test('a wake-up starts the next step, also one that came during a step', async () => {
  const { loop, next } = steppedLoop();
  const { running, wakeups } = start(loop);
  const first = await next();
  wakeups.ring();
  first.answer(0);
  (await next()).answer(0);
  wakeups.ring();
  const third = await next();
  const stopped = running.stop();
  third.answer(0);
  await stopped;
  expect(wakeups.count()).toBe(0);
});

test('the next due time starts the next step', async () => {
  const { loop, next } = steppedLoop({ nextDueMs: async () => 1 });
  const { running } = start(loop);
  (await next()).answer(0);
  const second = await next();
  const stopped = running.stop();
  second.answer(0);
  await stopped;
});

test('an error is followed by another try', async () => {
  const { loop, next } = steppedLoop();
  const { running } = start(loop);
  (await next()).fail(new Error('no'));
  const second = await next();
  const stopped = running.stop();
  second.answer(0);
  await stopped;
});

test('stopping waits for the step that is under way, and for nothing else', async () => {
  const { loop, next, waiting } = steppedLoop();
  const { running } = start(loop);
  const step = await next();
  let stopped = false;
  const stopping = running.stop().then(() => (stopped = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toBe(false);
  step.answer(10);
  await stopping;
  expect(waiting()).toBe(0);
});
