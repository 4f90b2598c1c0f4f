import { TaskDefinitionRequest, GenericWorkerPayload } from '@taskcluster/contracts';
import { validatorOf } from '@taskcluster/contracts/validator';
import { expect, test } from 'vitest';
import { definitionOf, type Wanted } from './definition.ts';

const wanted: Wanted = {
  command: ['echo', 'hello world'],
  queue: 'local/default',
  env: [],
  artifacts: [],
  name: undefined,
  maxRunTimeSeconds: 60,
};
const here = { now: new Date('2030-01-01T00:00:00.000Z'), rootUrl: 'http://localhost:8080', env: { HOME: '/home/me' } };

test('the command becomes one argv array, and the definition is what queue and worker expect', () => {
  const definition = definitionOf({ ...wanted, env: ['A=1=2', 'B='], artifacts: ['out/report.xml', 'site/'] }, here);
  expect(definition.payload).toEqual({
    command: [['echo', 'hello world']],
    maxRunTime: 60,
    env: { A: '1=2', B: '' },
    artifacts: [
      { type: 'file', path: 'out/report.xml', name: 'public/report.xml' },
      { type: 'directory', path: 'site', name: 'public/site' },
    ],
  });
  expect(definition.metadata.name).toBe('echo hello world');
  expect(definition.deadline).toBe('2030-01-02T00:01:00.000Z');
  // These come last: a validator fills in defaults.
  expect(validatorOf(TaskDefinitionRequest)(definition)).toBeUndefined();
  expect(validatorOf(GenericWorkerPayload)(definition.payload)).toBeUndefined();
});

test('a variable without a value takes the one that it has here', () => {
  expect(definitionOf({ ...wanted, env: ['HOME'] }, here).payload).toMatchObject({ env: { HOME: '/home/me' } });
  expect(() => definitionOf({ ...wanted, env: ['NOWHERE'] }, here)).toThrow('there is no such variable here');
  expect(() => definitionOf({ ...wanted, env: ['1A=x'] }, here)).toThrow('does not begin with the name of a variable');
});

test('artifacts without a name, or with the same one, are refused', () => {
  expect(() => definitionOf({ ...wanted, artifacts: ['a/x', 'b/x'] }, here)).toThrow('a/x and b/x would both be the artifact public/x');
  expect(() => definitionOf({ ...wanted, artifacts: ['..'] }, here)).toThrow('has no name');
});

test('a long command is shortened to a name that the queue accepts', () => {
  const { name } = definitionOf({ ...wanted, command: ['echo', 'x'.repeat(400)] }, here).metadata;
  expect(name).toHaveLength(255);
  expect(name.endsWith('…')).toBe(true);
});
