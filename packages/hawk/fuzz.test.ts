/**
 * Whatever a request contains, the answer is one of three, and without the key it is never a success.
 * HAWK_RUNS sets the number of requests per test, 2,000 unless told.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { authorityOf, base64, bewit, client, header, request, temporary } from './fixtures.ts';
import type { Twist } from './fixtures.ts';
import { authenticate, signedAddress } from './index.ts';

const authority = authorityOf([client('alice', ['a:*', 'secret:scope', 'auth:create-client:n/*'])]);
const numRuns = Number(process.env['HAWK_RUNS'] ?? 2000);
const runs = { numRuns };

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('alice', 'n/1', '', '\\', '"', '__proto__'),
);
const json = fc.jsonValue();
const ext = fc.oneof(text, json.map(base64), fc.record({ certificate: json, authorizedScopes: json }, { requiredKeys: [] }).map(base64));
const mutated = fc.tuple(fc.nat(), fc.nat(3), text);

function mutate(whole: string, [at, length, insert]: readonly [number, number, string]): string {
  const start = at % (whole.length + 1);
  return whole.slice(0, start) + insert + whole.slice(start + length);
}

test('random and damaged headers are answered, and none of them is believed', () => {
  let count = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        text.map((t) => `Hawk ${t}`),
        mutated.map((m) => mutate(header('alice'), m)),
        text,
      ),
      (authorization) => {
        count++;
        const { status } = authenticate(request(authorization), authority);
        if (status === 'auth-success') expect(authorization).toContain(/mac="[^"]+"/.exec(header('alice'))![0]);
      },
    ),
    runs,
  );
  expect(count).toBe(numRuns);
});

test('headers of random parts, signed with a wrong key, tell no scope', () => {
  fc.assert(
    fc.property(text, text, text, ext, (ts, nonce, hash, extText) => {
      const answer = authenticate(request(header('alice', { ts, nonce, hash, ext: extText, key: 'wrong' })), authority);
      expect(answer.status).toBe('auth-failed');
      expect(JSON.stringify(answer)).not.toContain('secret:scope');
    }),
    runs,
  );
});

test('any ext that is signed correctly is answered, and never gives more than the client has', () => {
  fc.assert(
    fc.property(ext, (extText) => {
      const answer = authenticate(request(header('alice', { ext: extText })), authority);
      if (answer.status === 'auth-success')
        for (const scope of answer.scopes) expect(scope).toMatch(/^(a:|secret:scope$|auth:create|assume:anonymous$)/);
    }),
    runs,
  );
});

/** What a bewit says: its last character has bits that mean nothing. */
const decoded = (path: string): string => Buffer.from(/[?&]bewit=([\w-]+)/.exec(path)![1]!, 'base64url').toString();

test('random and damaged bewits are answered', () => {
  const resource = fc.oneof(
    text.map((t) => `/x?bewit=${t}`),
    mutated.map((m) => mutate(bewit('alice'), m)),
    fc.tuple(text, text, text, ext).map((parts) => bewit('alice', { parts })),
    text,
  );
  fc.assert(
    fc.property(resource, fc.constantFrom('get', 'head', 'post'), (path, method) => {
      const { status } = authenticate(request(undefined, { resource: path, method }), authority);
      if (status === 'auth-success') expect(decoded(path)).toBe(decoded(bewit('alice')));
    }),
    runs,
  );
});

test('certificates with random fields, signed as they are, are answered', () => {
  const fields = fc.record(
    { version: json, seed: json, start: json, expiry: json, scopes: json, clientId: json, issuer: json },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fields, fc.boolean(), (before, after) => {
      const twist: Twist = temporary('alice', ['a:b'], after ? { after: before } : { before });
      const answer = authenticate(request(header('alice', twist)), authority);
      if (answer.status === 'auth-success')
        for (const scope of answer.scopes) expect(scope).toMatch(/^(a:|secret:scope$|assume:anonymous$)/);
    }),
    runs,
  );
});

test('random addresses are answered', () => {
  const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constant(undefined));
  fc.assert(
    fc.property(value, value, value, (host, port, proto) => {
      const address = signedAddress({ host, 'x-forwarded-port': port, 'x-forwarded-proto': proto });
      expect(Number.isInteger(address.port)).toBe(true);
    }),
    runs,
  );
});
