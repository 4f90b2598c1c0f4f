import type { Steps } from '@taskcluster/scopes';
import { expect, test } from 'vitest';
import { takeTurns } from './turns.ts';

/** Keeps the processor busy for so many milliseconds. */
const busy = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

// oxlint-disable-next-line require-yield -- a computation of one step
function* oneStep(): Steps<number> {
  busy(6);
  return 1;
}
function* manySteps(): Steps<number> {
  for (let i = 0; i < 4; i++) {
    busy(6);
    yield;
  }
  return 4;
}

test.each([
  ['one computation of many steps', [manySteps()]],
  ['many computations of one step', [oneStep(), oneStep(), oneStep(), oneStep()]],
])('others have their turn during %s', async (_, computations) => {
  let turns = 0;
  setImmediate(() => turns++);
  const inTurns = takeTurns();
  let sum = 0;
  for (const steps of computations) sum += await inTurns(steps);
  expect(sum).toBe(4);
  expect(turns).toBe(1);
});
