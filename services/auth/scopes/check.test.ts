import { type Client, http } from '@taskcluster/client';
import { type auth, queue } from '@taskcluster/contracts';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { outcome } from './fixture.ts';

let t: TestPlatform;
let ask: Client<typeof auth>;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'));
  ask = t.clients.auth;
});
afterAll(() => t.close());

const task = (changes: object = {}) => ({
  taskQueueId: 'proj/ci',
  created: new Date(t.clock.now()).toISOString(),
  deadline: new Date(t.clock.now() + 3_600_000).toISOString(),
  payload: {},
  metadata: { name: 'n', description: '', owner: 'o@example.com', source: 'https://example.com' },
  ...changes,
});

interface Refusal {
  readonly requestInfo: { readonly details: { readonly needed: unknown; readonly missing: unknown; readonly grant: unknown } };
}
let count = 0;
/** What the call itself needs, from its refusal: the caller holds nothing. */
const neededBy = async (call: (client: Client<typeof queue>) => Promise<unknown>) => {
  const clientId = `tests/${++count}`;
  const expires = new Date(t.clock.now() + 86_400_000).toISOString();
  const { accessToken } = await ask.createClient({ clientId }, { description: '', expires });
  const client = http(queue, { rootUrl: t.rootUrl, credentials: { clientId, accessToken } });
  const refused = await call(client).then(
    () => undefined,
    (err: { body: Refusal }) => err.body.requestInfo.details,
  );
  return refused?.needed;
};
const asStrings = (expression: unknown): string[] => {
  const scopesIn = (part: unknown): string[] =>
    typeof part === 'string'
      ? [part]
      : Object.values(part as object)
          .flat()
          .flatMap(scopesIn);
  return scopesIn(expression).toSorted();
};

test('a call of createTask needs what the method itself asks for', async () => {
  const taskId = 'fN1SbArXTPSVFNUvaOlinQ';
  const payload = task({ scopes: ['a:b'], routes: ['index.x'], priority: 'high', schedulerId: 's', projectId: 'p' });
  const answer = await ask.checkCall({}, { scopes: ['queue:*'], service: 'queue', method: 'createTask', params: { taskId }, payload });
  expect(answer).toMatchObject({ decided: true, satisfied: false, missing: 'a:b', grant: { scopes: ['a:b'] } });
  expect(asStrings(answer.required)).toEqual(asStrings(await neededBy((client) => client.createTask({ taskId }, payload as never))));
  const less = await ask.checkCall({}, { scopes: ['a:b'], service: 'queue', method: 'createTask', params: { taskId }, payload });
  expect(less.grant?.scopes).toContain('queue:create-task:high:proj/ci');
  expect(await outcome(t.clients.queue.status({ taskId }))).toBe('404 ResourceNotFound');
});

test('the defaults of a payload count', async () => {
  const payload = { provisionerId: 'proj', workerType: 'ci', ...task({ taskQueueId: undefined }) };
  const { required } = await ask.checkCall({}, { scopes: [], service: 'queue', method: 'createTask', payload });
  const taskId = 'fN1SbArXTPSVFNUvaOlinQ';
  expect(asStrings(required)).toEqual(asStrings(await neededBy((client) => client.createTask({ taskId }, payload as never))));
  expect(asStrings(required)).toContain('queue:scheduler-id:-');
});

test.each([
  ['queue', 'status', { taskId: 'Xp5XUn6fTGmZJVzZqNSzhQ' }, undefined, 'queue:status:Xp5XUn6fTGmZJVzZqNSzhQ'],
  ['queue', 'getLatestArtifact', { taskId: 'Xp5XUn6fTGmZJVzZqNSzhQ', name: 'a/b' }, undefined, { AllOf: ['queue:get-artifact:a/b'] }],
  ['queue', 'tasks', {}, { taskIds: [] }, { AllOf: [] }],
  [
    'queue',
    'claimWork',
    { taskQueueId: 'p/w' },
    { workerGroup: 'g', workerId: 'i' },
    { AllOf: ['queue:claim-work:p/w', 'queue:worker-id:g/i'] },
  ],
  [
    'queue',
    'declareWorker',
    { provisionerId: 'p', workerType: 'w', workerGroup: 'g', workerId: 'i' },
    { expires: '2030-01-01T00:00:00Z' },
    { AllOf: ['queue:declare-worker:p/w/g/i#expires'] },
  ],
  ['auth', 'createRole', { roleId: 'r' }, { description: '', scopes: ['x', 'y'] }, { AllOf: ['auth:create-role:r', 'x', 'y'] }],
  ['auth', 'createClient', { clientId: 'c' }, { description: '', expires: '2030-01-01T00:00:00Z' }, { AllOf: ['auth:create-client:c'] }],
  ['auth', 'awsS3Credentials', { level: 'read-write', bucket: 'buc', prefix: 'p' }, undefined, 'auth:aws-s3:read-write:buc/p'],
  [
    'auth',
    'githubRepoToken',
    { appName: 'app', owner: 'Org' },
    { repositories: ['R'], permissions: { contents: 'read' } },
    { AllOf: ['auth:github-repo-token:app/org/r:contents:read'] },
  ],
])('%s.%s: the expression is filled from the parameters and the payload', async (service, method, params, payload, required) => {
  const answer = await ask.checkCall({}, { scopes: ['*'], service, method, params, ...(payload && { payload }) });
  expect(answer).toMatchObject({ decided: true, satisfied: true });
  expect(answer.required).toEqual(required);
});

test('what only the stored task says has to be given; the answer names it', async () => {
  const question = {
    scopes: ['queue:cancel-task:s/*'],
    service: 'queue',
    method: 'cancelTask',
    params: { taskId: 'Xp5XUn6fTGmZJVzZqNSzhQ' },
  };
  expect(await ask.checkCall({}, question)).toEqual({
    decided: false,
    proofs: [],
    needs: [
      { name: 'schedulerId', kind: 'text', from: 'what is stored' },
      { name: 'taskGroupId', kind: 'text', from: 'what is stored' },
      { name: 'projectId', kind: 'text', from: 'what is stored' },
    ],
  });
  const params = { ...question.params, schedulerId: 's', taskGroupId: 'g', projectId: 'p' };
  expect(await ask.checkCall({}, { ...question, params })).toMatchObject({ decided: true, satisfied: true });
});

test('what is missing in the question is named with where it belongs', async () => {
  const needs = async (service: string, method: string) => (await ask.checkCall({}, { scopes: [], service, method })).needs;
  expect(await needs('queue', 'status')).toEqual([{ name: 'taskId', kind: 'text', from: 'the address of the call' }]);
  expect((await needs('queue', 'createTask'))?.map((n) => `${n.name} ${n.kind} ${n.from}`)).toContain('priorities list the payload');
  expect((await needs('auth', 'azureTableSAS'))?.map((n) => `${n.name} ${n.kind}`)).toEqual([
    'levelIsReadOnly flag',
    'account text',
    'table text',
  ]);
  expect(await needs('queue', 'getLatestArtifact')).toEqual([{ name: 'names', kind: 'list', from: 'the address of the call' }]);
  expect((await needs('auth', 'updateRole'))?.at(-1)).toEqual({ name: 'scopesAdded', kind: 'list', from: 'what is stored' });
});

test('a public method may be called by anybody', async () => {
  expect(await ask.checkCall({}, { scopes: [], service: 'queue', method: 'ping' })).toEqual({ decided: true, satisfied: true, proofs: [] });
});

test.each([
  ['a service that there is not', { service: 'quue', method: 'status' }],
  ['the name of a prototype as a service', { service: '__proto__', method: 'status' }],
  ['a method that there is not', { service: 'queue', method: 'statuss' }],
  ['the name of a prototype as a method', { service: 'queue', method: 'constructor' }],
  ['a parameter that there is not', { service: 'queue', method: 'status', params: { toString: 'x' } }],
  ['a parameter of the wrong kind', { service: 'queue', method: 'status', params: { taskId: ['x'] } }],
  ['a parameter that the call would be refused for', { service: 'queue', method: 'status', params: { taskId: '*' } }],
  ['an empty parameter', { service: 'queue', method: 'status', params: { taskId: '' } }],
  ['a line break in a parameter', { service: 'queue', method: 'status', params: { taskId: 'a\nb' } }],
  ['a scope that is none', { service: 'queue', method: 'tasks', params: { taskIds: ['é'] } }],
  [
    'a list of a thousand scopes and more',
    { service: 'queue', method: 'tasks', params: { taskIds: Array.from({ length: 2_000 }, String) } },
  ],
  ['a payload where none belongs', { service: 'queue', method: 'status', payload: {} }],
  ['two subjects', { service: 'queue', method: 'ping', clientId: 'a' }],
])('%s is an input error', async (_, question) => {
  expect(await outcome(ask.checkCall({}, { scopes: [], ...question }))).toBe('400 InputError');
});

test('a payload that the method would refuse is refused here too', async () => {
  const question = { scopes: [], service: 'queue', method: 'createTask', payload: { priority: 'urgent' } };
  expect(await outcome(ask.checkCall({}, question))).toBe('400 InputValidationError');
});
