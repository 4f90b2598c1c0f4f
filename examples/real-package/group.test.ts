import { createHash } from 'node:crypto';
import { GenericWorkerPayload, TaskDefinitionRequest } from '@taskcluster/contracts';
import { validatorOf } from '@taskcluster/contracts/validator';
import { expect, test } from 'vitest';
import { checks, makeGroup, steps } from './group.ts';
import { readOptions } from './options.ts';
import type { Platform } from './platform.ts';

const platform = {
  rootUrl: 'http://localhost:8080',
  artifactUrl: (taskId: string, name: string, until: Date) =>
    `http://localhost:8080/${taskId}/${name}?${createHash('sha256').update(until.toISOString()).digest('hex')}`,
} as Platform;
const group = async (...argv: readonly string[]) => {
  const options = readOptions(argv);
  if (!options) throw new Error('help was asked for');
  return await makeGroup(options, platform);
};

test('every task is what queue and worker expect, and is created after those that it depends on', async () => {
  const { members, taskGroupId } = await group();
  expect(members.map(({ step }) => step)).toEqual(steps);
  const created = new Set<string>();
  for (const { taskId, definition } of members) {
    expect(definition.taskGroupId).toBe(taskGroupId);
    for (const before of definition.dependencies ?? []) expect(created).toContain(before);
    created.add(taskId);
    expect(validatorOf(TaskDefinitionRequest)(definition)).toBeUndefined();
    expect(validatorOf(GenericWorkerPayload)(definition.payload)).toBeUndefined();
  }
});

test('each check reads the archive of the fetch, and the report the result of each check', async () => {
  const { members } = await group();
  const idOf = (wanted: string) => members.find(({ step }) => step === wanted)?.taskId;
  const inputsOf = (wanted: string) => {
    const payload = members.find(({ step }) => step === wanted)?.definition.payload as { readonly env: { readonly INPUTS: string } };
    return JSON.parse(payload.env.INPUTS) as Record<string, string>;
  };
  for (const check of checks) {
    expect(inputsOf(check)['package.tar.gz']).toContain(`/${idOf('fetch')}/public/package.tar.gz?`);
    expect(inputsOf('report')[`${check}.json`]).toContain(`/${idOf(check)}/public/result.json?`);
  }
});

test('another package is taken in its newest version, and a command given for a check goes to that check alone', async () => {
  const { members } = await group('--package', '@scope/name', '--lint', 'eslint lib');
  const envs = members.map(({ step, definition }) => ({ step, ...(definition.payload as { env: Record<string, string> }).env }));
  expect(envs.find(({ step }) => step === 'fetch')).toMatchObject({ PACKAGE: '@scope/name' });
  expect(envs.filter((env) => 'COMMAND' in env).map((env) => [env.step, 'COMMAND' in env && env.COMMAND])).toEqual([
    ['test', ''],
    ['lint', 'eslint lib'],
    ['benchmark', ''],
  ]);
});

test('what npm or a shell could misread as something else than a package is refused', () => {
  for (const name of ['--help', '../x', 'a b', 'https://example.com/x.tgz'])
    expect(() => readOptions([`--package=${name}`])).toThrow('is not the name of a package');
  expect(() => readOptions(['--version', '; rm -rf /'])).toThrow('is not a version');
  expect(readOptions(['--help'])).toBeUndefined();
});
