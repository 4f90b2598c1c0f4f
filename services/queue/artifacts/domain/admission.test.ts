import { expect, test } from 'vitest';
import { refuseCreation } from './admission.ts';
import { artifacts, at, key, now, taskWith } from './fixture.ts';

const artifact = artifacts.reference;
const input = { refused: 'InputError' };
const conflict = { refused: 'RequestConflict' };

test('a running run takes artifacts that expire with their task or before', () => {
  expect(refuseCreation(artifact, taskWith(), now)).toBeUndefined();
  expect(refuseCreation({ ...artifact, expires: taskWith().expires }, taskWith(), now)).toBeUndefined();
  expect(refuseCreation({ ...artifact, expires: at(1000.1) }, taskWith(), now)).toMatchObject(input);
});

test('the clock of a worker may be 15 minutes slow', () => {
  expect(refuseCreation({ ...artifact, expires: at(-15) }, taskWith(), now)).toBeUndefined();
  expect(refuseCreation({ ...artifact, expires: at(-15.1) }, taskWith(), now)).toMatchObject(input);
});

test('a run that does not exist or was never claimed takes none', () => {
  expect(refuseCreation({ ...artifact, runId: 1 }, taskWith(), now)).toMatchObject(input);
  expect(refuseCreation({ ...artifact, runId: 999_999_999 }, taskWith(), now)).toMatchObject(input);
  const { workerGroup: _, workerId: __, ...unclaimed } = taskWith().runs[0] ?? {};
  const task = {
    ...taskWith(),
    runs: [{ runId: 0, reasonCreated: 'scheduled', scheduled: at(0), ...unclaimed, state: 'exception', resolved: at(0) } as const],
  };
  expect(refuseCreation(artifact, task, now)).toMatchObject(input);
});

test('a run that ended with an exception takes artifacts for 25 more minutes', () => {
  const ended = (minutesAgo: number) => taskWith({ state: 'exception', reasonResolved: 'worker-shutdown', resolved: at(-minutesAgo) });
  expect(refuseCreation(artifact, ended(0), now)).toBeUndefined();
  expect(refuseCreation(artifact, ended(24.9), now)).toBeUndefined();
  expect(refuseCreation(artifact, ended(25), now)).toMatchObject(conflict);
});

test('completed and failed runs take nothing', () => {
  for (const state of ['completed', 'failed'] as const) {
    const refusal = refuseCreation(artifact, taskWith({ state, reasonResolved: state, resolved: at(0) }), now);
    expect(refusal).toMatchObject(conflict);
    expect(refusal?.message).toContain(`Run ${key.runId} of task ${key.taskId} is ${state}`);
  }
});
