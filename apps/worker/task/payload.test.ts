import type { ClaimedTask } from '@taskcluster/contracts';
import { expect, test } from 'vitest';
import { readPayload } from './payload.ts';
import { Problem } from './problem.ts';

const limits = { maxTaskRunTime: 3600 };
const base = { command: [['true']], maxRunTime: 60 };
const deadline = '2030-01-02T00:00:00.000Z';
const expires = '2031-01-01T00:00:00.000Z';
// Only the parts of a claim that a payload is read with.
const claimed = (payload: unknown) =>
  ({ task: { payload, deadline }, status: { expires } }) as unknown as Pick<ClaimedTask, 'task' | 'status'>;
const read = (payload: unknown) => readPayload(claimed(payload), limits);
const refusal = (payload: unknown): Problem => {
  try {
    read(payload);
  } catch (err) {
    if (err instanceof Problem) return err;
    throw err;
  }
  throw new Error('the payload was accepted');
};

test('what a payload leaves out is filled in', () => {
  expect(read({ ...base, artifacts: [{ type: 'file', path: 'out.txt' }] })).toEqual({
    commands: [['true']],
    environment: {},
    maxRunTimeSeconds: 60,
    artifacts: [
      { type: 'file', path: 'out.txt', name: 'out.txt', optional: false, expires, contentType: undefined, contentEncoding: undefined },
    ],
    logs: { live: 'public/logs/live.log', backing: 'public/logs/live_backing.log' },
    monitorsMemory: true,
    retryExitCodes: [],
    warnings: [],
  });
});

test('reading a payload does not change the claimed task', () => {
  const payload = Object.freeze({ ...base, features: Object.freeze({}) });
  expect(read(payload).monitorsMemory).toBe(true);
});

test('logs are kept under the names that the payload gives, or not at all', () => {
  expect(read({ ...base, logs: { live: 'a', backing: 'b' } }).logs).toEqual({ live: 'a', backing: 'b' });
  expect(read({ ...base, features: { liveLog: false, backingLog: false } }).logs).toEqual({ live: undefined, backing: undefined });
});

test('a payload that breaks the schema is malformed, and the log gets each violation and the schema', () => {
  for (const payload of [
    {},
    { ...base, color: 'red' },
    { ...base, command: 'true' },
    { ...base, features: { chainOfTrust: true } },
    undefined,
    'x',
  ]) {
    const problem = refusal(payload);
    expect(problem.resolution).toBe('malformed-payload');
    expect(problem.details).toContain('maxRunTime');
  }
  expect(refusal({ ...base, color: 'red' }).message).toContain('"color"');
  expect(refusal({}).message).toMatch(/command[^]*maxRunTime|maxRunTime[^]*command/);
});

test('features that this worker lacks are refused and named, never ignored', () => {
  const unsupported = [
    { features: { taskclusterProxy: true } },
    { features: { interactive: true } },
    { features: { loopbackAudio: true } },
    { features: { loopbackVideo: true } },
    { mounts: [{ cacheName: 'c', directory: 'd' }] },
    { osGroups: ['docker'] },
  ];
  for (const part of unsupported) {
    const problem = refusal({ ...base, ...part });
    expect(problem.resolution).toBe('malformed-payload');
    expect(problem.message).toContain(Object.keys(part)[0]);
  }
  expect(read({ ...base, features: { interactive: false }, mounts: [], osGroups: [] }).commands).toHaveLength(1);
});

test('a payload for containers is refused with advice', () => {
  expect(refusal({ image: 'ubuntu', maxRunTime: 60 }).message).toContain('containers');
});

test('a run time above what the worker allows is refused', () => {
  expect(refusal({ ...base, maxRunTime: 3601 }).message).toContain('3600');
  expect(read({ ...base, maxRunTime: 3600 }).maxRunTimeSeconds).toBe(3600);
});

test('text that the operating system cannot take is refused before anything runs', () => {
  for (const part of [{ command: [['echo', 'a\0b']] }, { env: { 'A=B': 'x' } }, { env: { '': 'x' } }, { env: { A: 'x\0' } }]) {
    expect(refusal({ ...base, ...part }).resolution).toBe('malformed-payload');
  }
});

test('an artifact expires between the deadline and the expiry of the task, give or take a second', () => {
  const withExpiry = (at: string) => ({ ...base, artifacts: [{ type: 'file', path: 'a', expires: at }] });
  expect(read(withExpiry('2030-06-01T00:00:00.000Z')).artifacts[0]?.expires).toBe('2030-06-01T00:00:00.000Z');
  expect(read(withExpiry('2030-01-01T23:59:59.000Z')).artifacts[0]?.expires).toBe('2030-01-01T23:59:59.000Z');
  expect(refusal(withExpiry('2030-01-01T23:59:58.999Z')).resolution).toBe('malformed-payload');
  // The queue takes nothing that outlives the task.
  expect(read(withExpiry('2031-01-01T00:00:01.000Z')).artifacts[0]?.expires).toBe(expires);
  expect(refusal(withExpiry('2031-01-01T00:00:01.001Z')).resolution).toBe('malformed-payload');
});

test('names that no artifact can have are refused', () => {
  for (const name of ['', 'a\nb', 'grün', 'x'.repeat(1025)]) {
    expect(refusal({ ...base, artifacts: [{ type: 'file', path: 'a', name }] }).resolution).toBe('malformed-payload');
  }
  expect(refusal({ ...base, logs: { live: '' } }).resolution).toBe('malformed-payload');
});

test('a content type that cannot be a header is refused', () => {
  const withType = (contentType: string) => ({ ...base, artifacts: [{ type: 'file', path: 'a', contentType }] });
  for (const type of ['', 'text', 'text/plain\r\nx-evil: 1', 'text/ö', `text/${'x'.repeat(255)}`]) {
    expect(refusal(withType(type)).resolution, type).toBe('malformed-payload');
  }
  for (const type of ['text/plain; charset=utf-8', 'application/vnd.api+json'])
    expect(read(withType(type)).artifacts[0]?.contentType).toBe(type);
});

test('an artifact under the name of a log is left out with a warning', () => {
  const plan = read({
    ...base,
    artifacts: [
      { type: 'file', path: 'x', name: 'public/logs/live_backing.log' },
      { type: 'file', path: 'y' },
    ],
  });
  expect(plan.artifacts.map(({ name }) => name)).toEqual(['y']);
  expect(plan.warnings).toHaveLength(1);
});
