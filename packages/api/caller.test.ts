import type { Authentication } from '@taskcluster/hawk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireScopes } from './caller.ts';
import { ApiError } from './errors.ts';
import { openTestServer, type TestServer } from './fixture.ts';

let t: TestServer;
beforeAll(async () => {
  t = await openTestServer();
});
afterAll(() => t.close());

const expires = new Date('2100-01-01');
const signed = (...scopes: readonly string[]): Authentication => ({
  status: 'auth-success',
  scheme: 'hawk',
  clientId: 'c',
  scopes,
  expires,
});
const unsigned: Authentication = { status: 'no-auth', scheme: 'none', scopes: ['read:public'], expires };
const refusal = (...[who, needed]: Parameters<typeof requireScopes>): ApiError => {
  try {
    requireScopes(who, needed);
  } catch (err) {
    if (err instanceof ApiError) return err;
  }
  throw new Error('nothing was refused');
};

test('a refusal says what is needed, what is missing and the smallest grant, in words and as data', () => {
  const needed = { AllOf: ['a', 'b', { AnyOf: [{ AllOf: ['c', 'd'] }, 'e'] }] };
  const { message, about, status, data } = refusal(signed('a*'), needed);
  const missing = { AllOf: ['b', { AnyOf: [{ AllOf: ['c', 'd'] }, 'e'] }] };
  expect(status).toBe(403);
  expect(about).toEqual({ clientId: 'c', needed, missing, grant: ['b', 'e'] });
  expect(data).toBeUndefined();
  for (const part of [needed, missing]) expect(message).toContain(JSON.stringify(part, null, 2));
  expect(message).toContain('The smallest grant that allows it, to this client or to a role that it has:\n\n```\nb\ne\n```');
});

test('of the priorities that would do, the lowest is the smallest grant', () => {
  const needed = { AnyOf: ['queue:create-task:highest:p/w', 'queue:create-task:high:p/w', 'queue:create-task:low:p/w'] };
  expect(refusal(signed(), needed).about).toMatchObject({ grant: ['queue:create-task:low:p/w'] });
});

test('what no scope would allow is said to be so', () => {
  const { message, about } = refusal(signed('*'), { AnyOf: [] });
  expect(message).toContain('No scope would be enough');
  expect(about).not.toHaveProperty('grant');
});

test('without credentials only what is needed is told', () => {
  const { about, message } = refusal(unsigned, 'secret:x');
  expect(about).toEqual({ needed: 'secret:x' });
  expect(message).toContain('"secret:x"');
  expect(message).not.toContain('read:public');
});

test('on the wire an error has the three keys that it always had, and the data among what it says about the request', async () => {
  const { json, status } = await t.ask('GET', '/api/toy/v1/thing/a', { as: 'none' });
  expect(status).toBe(403);
  expect(Object.keys(json).toSorted()).toEqual(['code', 'message', 'requestInfo']);
  expect(json.requestInfo).toHaveProperty('details', {
    clientId: 'none',
    needed: 'toy:get:a',
    missing: 'toy:get:a',
    grant: ['toy:get:a'],
  });
});
