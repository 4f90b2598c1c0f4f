/**
 * The rules of authentication and authorisation, by the names that they have in the specification (security.md, section 1). Each has
 * a test of what it lets through and one of what it refuses: their titles end with the name and a sign, like "(H3+)" and "(H3-)".
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const rules: Readonly<Record<string, string>> = {
  A1: 'one scheme: a header or a signed URL',
  A2: 'the address that was signed comes from Host and the X-Forwarded headers',
  A3: 'the signature is checked over what was received, as it was sent',
  A4: 'other services can have a signature checked',
  A5: 'a hash of the body is held against the body',
  A6: 'methods without a scope expression are public and look at no credentials',
  A7: 'failed authentication is 401, with the reason',
  A8: 'no credentials have the scopes of the anonymous role',
  A9: 'missing scopes are 403, with what is missing',
  A10: 'scopes are checked before the handler or by it; nothing is answered unchecked',
  A11: 'who called is for records, and a failed authentication has no scopes',
  A12: 'a scope expression is filled in with values of the right types only',
  A13: 'parameters are those that are declared, of their form',
  A14: 'bodies are JSON objects or lists of at most 10 MiB',
  A15: 'errors repeat the request without secrets, and faults of ours say nothing',
  A16: 'the log has no signatures',
  H1: 'the syntax of the header',
  H2: 'its attributes',
  H3: 'the MAC covers everything',
  H4: 'client, MAC and time are checked in this order',
  H5: 'a header is used once',
  H6: 'clocks are off by at most 15 minutes',
  H7: 'the hash is covered by the MAC, and told to whoever has the body',
  H8: 'whatever is wrong is a refusal with a message',
  H9: 'success says who, what and until when',
  B1: 'a bewit is a query parameter of a request without a header',
  B2: 'for GET and HEAD, with at most 4,096 characters',
  B3: 'four parts in base64url',
  B4: 'the MAC covers the URL without the bewit',
  B5: 'it ends when it says',
  B6: 'it may carry a certificate and authorizedScopes',
  C1: 'the client exists',
  C2: 'is enabled',
  C3: 'has not expired',
  C4: 'its last use is noted every six hours',
  C5: 'its scopes are expanded as of now',
  C6: 'nobody can change them by what they were answered',
  C7: 'its scopes are a list',
  E1: 'ext is a JSON object in base64',
  E2: 'the issuer is another client than the bearer',
  E3: 'a certificate is an object',
  E4: 'of version 1',
  E5: 'with a seed of 44 characters',
  E6: 'a start',
  E7: 'an expiry',
  E8: 'a list of scopes',
  E9: 'that are valid',
  E10: 'it has begun, to within 5 minutes',
  E11: 'has not ended, to within 5 minutes',
  E12: 'and lasts 31 days at most',
  E13: 'the issuer may give the name',
  E14: 'without an issuer there is no name',
  E15: 'the issuer has the scopes',
  E16: 'the signature covers everything',
  E17: 'and is compared as a whole',
  E18: 'the key is derived from the seed',
  E19: 'the earlier end counts',
  E20: 'temporary credentials issue no others, but sign URLs',
  'A-S1': 'authorizedScopes are a list of scopes',
  'A-S2': 'held against everything that the caller has, the anonymous role included',
  'A-S3': 'which has to satisfy them',
  'A-S4': 'and nothing else is left',
  F1: 'roles in certificates and authorizedScopes are expanded',
  F2: 'what only the anonymous role grants cannot be passed on',
  W1: 'the characters of names and scopes',
  W2: 'nobody gives what they have not; static clients stay as they are',
  W3: 'no circle of roles',
  W4: 'a token is shown when it is made',
};
/** What the original let through and we do not: each has a test whose title names it. */
const regressions = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10'];

const root = join(import.meta.dirname, '../..');
const titles = globSync('{packages/hawk,packages/api,services/auth,test/authorization}/**/*.test.ts', { cwd: root })
  .filter((file) => !file.includes('node_modules') && !file.endsWith('rules.test.ts'))
  .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/\(((?:(?:A-S|[A-Z])\d+[+-]?(?:, )?)+)\)/g)])
  .flatMap(([, names = '']) => names.split(', '));
const named = new Set(titles);

test.each(Object.entries(rules))('%s, %s: has a test of what is let through and one of what is refused', (name) => {
  expect([`${name}+`, `${name}-`].filter((title) => !named.has(title))).toEqual([]);
});

test.each(regressions)('%s has a test', (name) => expect(named).toContain(name));

test('no test names a rule that there is not', () => {
  const known = new Set([...Object.keys(rules).flatMap((name) => [`${name}+`, `${name}-`]), ...Object.keys(rules), ...regressions]);
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
  expect(Object.keys(rules)).toHaveLength(68);
});
