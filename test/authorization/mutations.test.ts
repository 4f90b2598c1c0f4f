/**
 * Whether the authorization matrix would notice: each method is made faulty in every way that `mutants.ts` knows, one at a time, and
 * the cases that judge scopes have to find each fault.
 */
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { by, type Callers, openCallers, unsigned } from './callers.ts';
import { type Case, otherRequirements, requirementOf, scopeCases } from './cases.ts';
import { type MethodUnderTest, methods } from './methods.ts';
import { mutantsOf } from './mutants.ts';
import { askedBy, described } from './observe.ts';
import { openProbe } from './probe.ts';
import { holds } from './requirement.ts';
import { send } from './send.ts';
import { arrange, showsByScopes, type Situation } from './situations.ts';
import { deviationOf, requestOf } from './trial.ts';

const probe = openProbe();
let t: TestPlatform;
let callers: Callers;
let made = 0;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'), { CLAIM_WORK_LONG_POLL: '0' }, { services: probe.services });
  callers = await openCallers(t);
});
afterAll(() => t.close());

const casesFor = (method: MethodUnderTest, situation: Situation): readonly Case[] => {
  const needed = requirementOf(method, situation);
  const cases = needed === undefined ? [] : scopeCases(callers, needed, otherRequirements(method, situation));
  const anonymous: Case = { label: 'anonymous', sign: unsigned, expected: needed !== undefined && holds([], needed) ? 'allowed' : 403 };
  // Whoever is refused comes first: some of what is allowed changes what the method looks at.
  return [anonymous, ...cases.filter((c) => c.expected !== 'allowed'), ...cases.filter((c) => c.expected === 'allowed')];
};

/** The first thing that is not as it should be. */
const noticed = async (method: MethodUnderTest, situations: readonly Situation[]): Promise<string | undefined> => {
  for (const situation of situations)
    for (const one of casesFor(method, situation)) {
      const deviation = await deviationOf(t, method, situation, one);
      if (deviation !== undefined) return deviation;
    }
  return undefined;
};

const scoped = methods.filter((m) => m.endpoint.scopes !== undefined && !showsByScopes.has(m.id));

describe('every fault is noticed in', () => {
  test.each(scoped)('$id', async (method) => {
    const unnoticed: string[] = [];
    const watched = { t, probe, callers };
    const describedNow = async () => {
      const situations: Situation[] = [];
      for (const situation of await arrange(t, method)) situations.push(await described(watched, method, situation));
      return situations;
    };
    const [first] = await arrange(t, method);
    const [asked] = method.deferred && first ? await askedBy(watched, method, first) : [];
    for (const mutant of mutantsOf(method, asked)) {
      made++;
      // Whatever the last one did, it was done to other tasks, clients and roles.
      const situations = await describedNow();
      probe.use(mutant);
      if ((await noticed(method, situations)) === undefined) unnoticed.push(mutant.label);
      probe.use(undefined);
    }
    expect(unnoticed).toEqual([]);
    expect(await noticed(method, await describedNow())).toBeUndefined();
  });
});

test('a handler that answers without having asked is a fault of ours, and nothing of its answer is sent', async () => {
  for (const method of scoped.filter((m) => m.deferred)) {
    const [situation] = await arrange(t, method);
    if (!situation) continue;
    const request = requestOf(t.rootUrl, method, situation);
    probe.use({ id: method.id, label: 'does not ask', params: () => undefined });
    const { status, text } = await send(request, by(callers.star)(request).headers);
    probe.use(undefined);
    // Some have found out before that there is nothing to ask about.
    expect([method.id, status, status >= 400]).toEqual([method.id, status, true]);
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['code', 'message', 'requestInfo']);
  }
});

test('these were hundreds of faults', () => {
  console.log(`${made} faults in ${scoped.length} methods`);
  expect(made).toBeGreaterThan(300);
});
