import type { TaskDefinition } from '@taskcluster/contracts';
import { expect, test } from 'vitest';
import { differences } from './creation.ts';
import { aTask } from './fixture.ts';

const stored = { ...aTask(), definition: {} };

const of = (payload: TaskDefinition['payload']): TaskDefinition => ({ ...({} as TaskDefinition), priority: 'lowest', payload });

test('a repeat is compared with what would be stored: JSON has no -0', () => {
  const kept = { ...stored, definition: of({ x: 0, y: [0] }) };
  expect(differences(kept, { taskId: 'a', definition: of({ x: -0, y: [-0] }) })).toEqual([]);
  expect(differences(kept, { taskId: 'a', definition: of({ x: 0, y: [1] }) })).toEqual(['payload']);
});
