/**
 * Whatever somebody puts into a parameter, a query or a body of any method: it is refused with a reason, or it is legitimate. It is
 * never a fault of the platform, and neither the answer nor the log has a secret or another client's scopes in it.
 */
import type { Credentials } from '@taskcluster/client';
import type { Log } from '@taskcluster/log';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { badBodies, badBodyValues, badEncodings, badTexts, placesIn, withValue } from './bad-values.ts';
import { by, type Callers, openCallers, type Sign } from './callers.ts';
import { type MethodUnderTest, methods, pathOf } from './methods.ts';
import type { JsonSchema } from './samples.ts';
import { type Answer, type Outgoing, send } from './send.ts';
import { arrange, type Situation } from './situations.ts';
import { requestOf } from './trial.ts';

const lines: string[] = [];
const record = (fields: object, message: string) =>
  void lines.push(
    JSON.stringify([fields, message], (_, value: unknown) => (value instanceof Error ? `${value.stack} ${JSON.stringify(value)}` : value)),
  );
const log: Log = { debug: record, info: record, warn: record, error: record, child: () => log };

const tunnelSecret = 'canary-of-the-tunnel-secret';
const foreignScope = 'canary:scope:of:somebody:else';
let t: TestPlatform;
let callers: Callers;
let victim: Credentials;
/** What must never be seen by anybody. */
let secrets: readonly string[];
let sent = 0;

beforeAll(async () => {
  t = await testPlatform(inject('postgres'), { CLAIM_WORK_LONG_POLL: '0', WEBSOCKTUNNEL_SECRET: tunnelSecret }, { log });
  callers = await openCallers(t);
  await t.clients.auth.createRole({ roleId: 'canary' }, { description: '', scopes: [foreignScope] });
  victim = await callers.client(['assume:canary', foreignScope]);
  const key = (await readFile(join(t.dataDir, 'secret.key'), 'utf8')).trim();
  const tokens = [t.credentials, victim, callers.star, callers.none, callers.disabled].map(({ accessToken }) => accessToken);
  secrets = [tunnelSecret, key, Buffer.from(key, 'hex').toString('base64'), ...tokens].flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64').slice(0, -4),
    Buffer.from(secret).toString('hex'),
  ]);
});
afterAll(() => t.close());

interface Attempt {
  readonly label: string;
  readonly request: Outgoing;
}

const inPath = (method: MethodUnderTest, situation: Situation): readonly Attempt[] =>
  method.parameters.flatMap((name) => {
    const texts = Object.entries(badTexts).map(([label, text]) => [label, encodeURIComponent(text)] as const);
    return [...texts, ...Object.entries(badEncodings)].map(([label, encoded]) => {
      // Encoded already, so it is put where a placeholder was.
      const path = pathOf(method, { ...situation.params, [name]: 'PLACEHOLDER' }).replace('PLACEHOLDER', () => encoded);
      return { label: `${label} as ${name}`, request: { ...requestOf(t.rootUrl, method, situation), url: t.rootUrl + path } };
    });
  });

const inQuery = (method: MethodUnderTest, situation: Situation): readonly Attempt[] => {
  const request = requestOf(t.rootUrl, method, { ...situation, query: {} });
  const keys = [...Object.keys(method.endpoint.query ?? {}), 'unknown', '__proto__', 'constructor', 'bewit'];
  return keys.flatMap((key) => {
    const texts = Object.entries(badTexts).map(([label, text]) => [label, encodeURIComponent(text)] as const);
    return [...texts, ...Object.entries(badEncodings), ['the same twice', `1&${key}=2`] as const].map(([label, encoded]) => ({
      label: `${label} as query ${key}`,
      request: { ...request, url: `${request.url}?${key}=${encoded}` },
    }));
  });
};

const inBody = (method: MethodUnderTest, situation: Situation): readonly Attempt[] => {
  const { input } = method.endpoint;
  const request = requestOf(t.rootUrl, method, situation);
  if (method.endpoint.method === 'get' || input === 'stream') return [];
  const whole = Object.entries(badBodies).map(([label, body]) => ({ label: `${label} as body`, request: { ...request, body } }));
  if (typeof input !== 'object') return whole;
  const parts = placesIn(input as JsonSchema).flatMap((place) =>
    Object.entries(badBodyValues).map(([label, value]) => ({
      label: `${label} as ${place.join('.')}`,
      request: { ...request, body: withValue(situation.body, place, value) },
    })),
  );
  return [...whole, ...parts];
};

/** What is wrong with an answer, in words. */
const complaint = ({ status, text }: Answer, forbidden: readonly string[]): string | undefined => {
  if (status < 200 || status >= 500) return `was answered with ${status}: ${text.replaceAll(/\s+/g, ' ').slice(0, 150)}`;
  const leaked = forbidden.find((secret) => text.includes(secret));
  return leaked === undefined ? undefined : `leaked ${leaked}`;
};

const complaintsAbout = async (attempts: readonly Attempt[], sign: Sign, forbidden: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  const todo = attempts.values();
  const lane = async () => {
    for (const { label, request } of todo) {
      sent++;
      const { url, headers } = sign(request);
      const wrong = complaint(await send({ ...request, url }, headers), forbidden);
      if (wrong !== undefined) found.push(`${label} ${wrong}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return found;
};

const leaksInLog = (): readonly string[] =>
  lines.filter((line) => [...secrets, foreignScope, 'mac=\\"', 'Hawk id'].some((secret) => line.includes(secret)));

describe('bad input to', () => {
  test.each(methods)('$id', async (method) => {
    lines.length = 0;
    const [situation] = await arrange(t, method);
    if (!situation) return;
    const attempts = [...inPath(method, situation), ...inQuery(method, situation), ...inBody(method, situation)];
    expect(await complaintsAbout(attempts, by(callers.star), secrets)).toEqual([]);
    // A size makes no difference to whoever is refused.
    const small = attempts.filter(({ label }) => !/megabyte|thousand/.test(label));
    expect(await complaintsAbout(small, by(callers.none), [...secrets, foreignScope])).toEqual([]);
    expect(leaksInLog()).toEqual([]);
    expect(lines.filter((line) => line.includes('a request failed'))).toEqual([]);
  });
});

test('this was bad input by the ten thousand, and no object of this process got a property from it', () => {
  console.log(`${sent} inputs to ${methods.length} methods`);
  expect(sent).toBeGreaterThan(10_000);
  expect('polluted' in {}).toBe(false);
});
