import { pathOf } from '@taskcluster/client';
import { expect, test } from 'vitest';
import { contractFrom, knownContracts, parametersOf } from './contracts.ts';

test('a published reference becomes a contract that can be called', () => {
  const contract = contractFrom('index', [
    { type: 'function', name: 'findTask', method: 'get', route: '/task/<indexPath>', query: [], output: 'v1/indexed-task-response.json#' },
    { type: 'function', name: 'insertTask', method: 'put', route: '/task/<namespace>', input: 'v1/insert-task-request.json#' },
    { type: 'function', name: 'listTasks', method: 'get', route: '/tasks/<namespace>', query: ['limit'], output: 'blob' },
    { type: 'topic-exchange', name: 'x', method: '', route: '' },
  ]);
  expect(Object.keys(contract.endpoints)).toEqual(['findTask', 'insertTask', 'listTasks']);
  const { findTask, insertTask, listTasks } = contract.endpoints;
  expect(findTask && pathOf(contract, findTask, { indexPath: 'a.b/c' })).toBe('/api/index/v1/task/a.b%2Fc');
  expect(listTasks && pathOf(contract, listTasks, { namespace: 'a', limit: '5' })).toBe('/api/index/v1/tasks/a?limit=5');
  expect(insertTask?.input).toBeDefined();
  expect(listTasks?.output).toBe('blob');
});

test('the parameters of a route are found in order, those that take slashes included', () => {
  const endpoint = knownContracts.get('queue')?.endpoints.getArtifact;
  expect(endpoint && parametersOf(endpoint)).toEqual(['taskId', 'runId', 'name']);
});
