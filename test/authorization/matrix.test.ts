/**
 * Who may call what: every method of every service, by everybody whom its scope expression lets in and by many whom it does not.
 * The cases are made from the contracts, so a new method or service is tried without a change here.
 */
import { sql } from '@taskcluster/db';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Callers, openCallers, unsigned } from './callers.ts';
import { callerCases, type Case, holderCases, otherRequirements, publicCases, requirementOf, scopeCases } from './cases.ts';
import { type MethodUnderTest, methods } from './methods.ts';
import { described } from './observe.ts';
import { openProbe } from './probe.ts';
import { send } from './send.ts';
import { arrange, type Situation } from './situations.ts';
import { deviationOf, outcomeOf, requestOf } from './trial.ts';

const probe = openProbe();
let t: TestPlatform;
let callers: Callers;
let tried = 0;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'), { CLAIM_WORK_LONG_POLL: '0' }, { services: probe.services });
  callers = await openCallers(t);
});
afterAll(() => t.close());

const deviations = async (method: MethodUnderTest, situation: Situation, cases: readonly Case[]): Promise<string[]> => {
  tried += cases.length;
  const found: string[] = [];
  for (const one of cases) {
    const deviation = await deviationOf(t, method, situation, one);
    if (deviation !== undefined) found.push(deviation);
  }
  return found;
};

const Count = Type.Object({ count: Type.Integer() });
/** Grows with everything that a method may write. */
const written = async (): Promise<number | undefined> =>
  (
    await t.db.maybe(
      Count,
      sql`
      select (select count(*) from platform.messages) + (select count(*) from auth.audit) + (select count(*) from auth.clients)
        + (select count(*) from queue.tasks) + (select count(*) from queue.workers) + (select count(*) from object.objects)
        + (select count(*) from object.streams) as count`,
    )
  )?.count;

const scoped = methods.filter((m) => m.endpoint.scopes !== undefined);
const open = methods.filter((m) => m.endpoint.scopes === undefined);

describe('a method that needs scopes', () => {
  test.each(scoped)('$id', async (method) => {
    for (const given of await arrange(t, method)) {
      const situation = await described({ t, probe, callers }, method, given);
      const needed = requirementOf(method, situation);
      if (needed === undefined) throw new Error(`${method.id} asks for nothing. Describe it in test/authorization/situations.ts.`);
      const cases = [
        ...callerCases(callers, method, needed),
        ...scopeCases(callers, needed, otherRequirements(method, situation)),
        ...(await holderCases(callers, method, needed)),
      ];
      // Whoever is refused comes first: some of what is allowed changes what the method looks at.
      const before = await written();
      expect(
        await deviations(
          method,
          situation,
          cases.filter((c) => c.expected !== 'allowed'),
        ),
      ).toEqual([]);
      expect(await written()).toBe(before);
      expect(
        await deviations(
          method,
          situation,
          cases.filter((c) => c.expected === 'allowed'),
        ),
      ).toEqual([]);
    }
  });
});

/** Public methods that judge the signature of the request themselves; their client is none of the platform. */
const judges = new Set(['auth.testAuthenticate', 'auth.testAuthenticateGet']);

describe('a public method does not care who asks', () => {
  test.each(open)('$id', async (method) => {
    for (const situation of await arrange(t, method)) {
      const request = requestOf(t.rootUrl, method, situation);
      // Some want a cookie or a signed address instead, and refuse everybody who has none.
      const forAll = outcomeOf(await send(request, unsigned(request).headers));
      if (forAll === 'a fault') throw new Error(`${method.id} failed.`);
      const signed = judges.has(method.id) ? 401 : forAll;
      const cases = publicCases(callers).map((one) => ({ ...one, expected: signed }));
      expect(await deviations(method, situation, cases)).toEqual([]);
    }
  });
});

test('all of this were thousands of cases', () => {
  console.log(`${tried} cases of ${methods.length} methods`);
  expect(tried).toBeGreaterThan(2_000);
});
