import type { Client } from '@taskcluster/client';
import { http } from '@taskcluster/client';
import { auth } from '@taskcluster/contracts';
import { authorizationHeader } from '@taskcluster/hawk';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

let t: TestPlatform;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'));
  await t.clients.auth.createRole({ roleId: 'a*' }, { description: '', scopes: ['b<..>', 'c:*'] });
});
afterAll(() => t.close());

const million = 'x'.repeat(1_000_000);
const nested = (depth: number) => JSON.parse(`${'{"AllOf":['.repeat(depth)}"a"${']}'.repeat(depth)}`) as unknown;
const oddTexts = [
  '',
  '*',
  '**',
  'a**',
  '\n',
  'a\nb',
  '\0',
  'é',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  '<..>',
  million,
  `a${million}*`,
];
const oddValues = [...oddTexts, null, 0, true, [], {}, [''], ['*', '**'], [million], { AllOf: 'a' }, { AllOf: [], AnyOf: [] }, nested(40)];

const bodies = (valid: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  names.flatMap((name) => oddValues.map((value) => ({ ...valid, [name]: value })));
const questions = {
  explainScopes: bodies({ scopes: ['assume:ab'], required: 'x' }, ['clientId', 'roleId', 'scopes', 'required', '__proto__', 'other']),
  checkCall: [
    ...bodies({ scopes: ['assume:ab'], service: 'queue', method: 'status', params: { taskId: 'Xp5XUn6fTGmZJVzZqNSzhQ' } }, [
      'clientId',
      'service',
      'method',
      'params',
      'payload',
    ]),
    ...oddValues.map((value) => ({ scopes: [], service: 'queue', method: 'cancelTask', params: { schedulerId: value } })),
    ...oddValues.map((value) => ({ scopes: [], service: 'queue', method: 'createTask', payload: { scopes: value, routes: value } })),
    ...oddValues.map((value) => ({ scopes: [], service: 'auth', method: 'createRole', payload: { description: '', scopes: [value] } })),
  ],
  roleImpact: bodies({ roleId: 'a*', scopes: ['x'] }, ['roleId', 'scopes', 'delete', 'other']),
} as const;

/** The status of the answer, and all of its text. */
const ask = async (client: Client<typeof auth>, method: keyof typeof questions, body: unknown) => {
  const call = client[method] as (given: object, body: unknown) => Promise<unknown>;
  return await call({}, body).then(
    (answer) => ({ status: 200, text: JSON.stringify(answer) }),
    (err: { status: number; message: string; body?: unknown }) => ({ status: err.status, text: err.message + JSON.stringify(err.body) }),
  );
};

test.each(Object.keys(questions) as (keyof typeof questions)[])('%s: whatever it is asked, it answers or refuses (4xx)', async (method) => {
  const anonymous = http(auth, { rootUrl: t.rootUrl });
  const seen = new Map<number, number>();
  for (const body of questions[method]) {
    const { status, text } = await ask(t.clients.auth, method, body);
    const of = JSON.stringify(body).slice(0, 200);
    expect(status, of).toBeLessThan(500);
    expect(status, of).toBeGreaterThanOrEqual(200);
    expect(text).not.toContain(t.credentials.accessToken);
    seen.set(status, (seen.get(status) ?? 0) + 1);
    expect((await ask(anonymous, method, body)).status, of).toBeGreaterThanOrEqual(400);
  }
  expect(seen.get(200)).toBeGreaterThan(0);
  expect(seen.get(400)).toBeGreaterThan(10);
});

test.each([33, 5_000, 400_000])('an expression that is nested %d deep is refused', async (depth) => {
  const body = `{"scopes":["a"],"required":${'{"AllOf":['.repeat(depth)}"a"${']}'.repeat(depth)}}`;
  const url = `${t.rootUrl}/api/auth/v1/scopes/explain`;
  const headers = {
    authorization: authorizationHeader({ credentials: t.credentials, method: 'POST', url, now: t.clock.now() }),
    'content-type': 'application/json',
  };
  const reply = await fetch(url, { method: 'POST', headers, body });
  expect(reply.status, await reply.text()).toBe(400);
});
