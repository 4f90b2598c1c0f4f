import type { TaskDefinition } from '@taskcluster/contracts';
import { expect, test } from 'vitest';
import { differences } from './creation.ts';
import type { Task } from './task.ts';

const stored: Task & { readonly definition: object } = {
  taskId: 'a',
  taskQueueId: 'p/w',
  schedulerId: '-',
  taskGroupId: 'a',
  projectId: 'none',
  rank: 7,
  deadline: '2026-01-01T02:00:00.000Z',
  expires: '2026-01-02T00:00:00.000Z',
  retries: 2,
  retriesLeft: 2,
  runs: [],
  unsatisfied: 0,
  everResolved: false,
  routes: [],
  tags: {},
  definition: {},
};

const of = (payload: TaskDefinition['payload']): TaskDefinition => ({ ...({} as TaskDefinition), priority: 'lowest', payload });

test('a repeat is compared with what would be stored: JSON has no -0', () => {
  const kept = { ...stored, definition: of({ x: 0, y: [0] }) };
  expect(differences(kept, { taskId: 'a', definition: of({ x: -0, y: [-0] }) })).toEqual([]);
  expect(differences(kept, { taskId: 'a', definition: of({ x: 0, y: [1] }) })).toEqual(['payload']);
});
