import { expect, test } from 'vitest';
import { requirementOf } from './index.ts';

const taskId = 'fN1SbArXTPSVFNUvaOlinQ';

test('a method without scopes is open, and one with them names what they are filled with', () => {
  expect(requirementOf({ service: 'queue', method: 'ping' })).toEqual({ kind: 'open' });
  const known = requirementOf({ service: 'queue', method: 'status', params: { taskId } });
  expect(known).toMatchObject({ kind: 'known', template: 'queue:status:<taskId>', values: { taskId } });
});

test('what is not known yet is named, with where the service takes it from', () => {
  const { needs = [] } = requirementOf({ service: 'queue', method: 'cancelTask', params: { taskId } }) as { needs?: { name: string }[] };
  expect(needs.map(({ name }) => name)).toEqual(['schedulerId', 'taskGroupId', 'projectId']);
  expect(requirementOf({ service: 'queue', method: 'status' })).toMatchObject({
    needs: [{ name: 'taskId', from: 'the address of the call' }],
  });
});

test('the payload of a task is completed by its defaults and by what follows from it', () => {
  const payload = {
    taskQueueId: 'p/w',
    created: '2030-01-01T00:00:00Z',
    deadline: '2030-01-01T00:00:00Z',
    priority: 'very-high',
    payload: {},
    metadata: { name: 'n', description: '', owner: 'o@example.com', source: 'https://example.com' },
  };
  expect(requirementOf({ service: 'queue', method: 'createTask', params: { taskId }, payload })).toMatchObject({
    values: { provisionerId: 'p', workerType: 'w', priorities: ['highest', 'very-high'], schedulerId: '-', projectId: 'none', routes: [] },
  });
});

test.each([
  [{ service: 'quue', method: 'x' }, /^There is no service "quue"\. Ask about one of these: auth, /],
  [{ service: 'queue', method: 'constructor' }, /^Service queue has no method "constructor"\. Ask about one of these: /],
  [{ service: 'queue', method: 'status', params: { toString: 'x' } }, /^queue\.status has no parameter "toString"\. It takes taskId\.$/],
  [{ service: 'auth', method: 'listRoles', params: { x: 'x' } }, /^auth\.listRoles has no parameter "x"\. It takes none: leave it out\.$/],
  [
    { service: 'queue', method: 'status', params: { taskId: [taskId] } },
    /^The parameter `taskId` of queue\.status is of another kind\. Give a text\.$/,
  ],
  [{ service: 'queue', method: 'status', params: { taskId: 'x' } }, /^The parameter `taskId` does not match .* Correct it\.$/],
  [{ service: 'queue', method: 'status', payload: {} }, /^queue\.status takes no JSON payload\. Leave it out\.$/],
  [{ service: 'queue', method: 'createTask', payload: {} }, /^queue\.createTask does not accept this payload\. Correct it:\n\n {2}\* /],
])('%j is refused, with what to do', (question, message) => {
  expect(() => requirementOf(question)).toThrow(message);
});
