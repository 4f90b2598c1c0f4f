/** Temporary credentials: rules E1 to E20, F1, F2 and P2. */
import { expect, test } from 'vitest';
import { authorityOf, client, DAY, granted, header, MINUTE, NOW, refused, request, temporary, TOKEN } from './fixtures.ts';
import type { CertificateTwist } from './fixtures.ts';
import { authenticate } from './index.ts';
import type { Authority } from './index.ts';

const issuer = client('issuer', ['a:*', 'assume:r', 'auth:create-client:n/*']);
const authority = authorityOf(
  [issuer, client('star', ['*']), client('nameless', ['a:*']), client('other', ['*'], { accessToken: 'x'.repeat(44) })],
  [
    { roleId: 'r', scopes: ['from:role', 'assume:deep'] },
    { roleId: 'deep', scopes: ['deep:*'] },
    { roleId: 'anonymous', scopes: ['public:*'] },
  ],
);
const use = (id: string, { ext, key }: { ext: object; key: string }, from: Authority = authority) =>
  authenticate(request(header(id, { ext, key })), from);
const made = (scopes: unknown, twist: CertificateTwist = {}, id = twist.name ?? 'issuer') => use(id, temporary('issuer', scopes, twist));
const ANON = ['assume:anonymous', 'public:*'];

test('unnamed credentials bear the name of the issuer and have the scopes of the certificate (E3+, E4+, E5+, E6+, E7+, E8+, E14+, E17+, E18+)', () => {
  expect(granted(made(['a:b']))).toMatchObject({ clientId: 'issuer', scopes: ['a:b', ...ANON], expires: new Date(NOW + 60 * MINUTE) });
});

test('named credentials bear their name, which needs no client (E2+)', () => {
  expect(granted(made(['a:b'], { name: 'n/1' }))).toMatchObject({ clientId: 'n/1', scopes: ['a:b', ...ANON] });
});

test.each<[string, unknown, CertificateTwist?]>([
  ['no scopes', []],
  ['no scopes, signed with a line break at the end as the JavaScript client does (E16+)', [], { trailing: '\n' }],
  ['the empty scope (E9+)', [''], {}],
  ['a start 5 minutes ahead (E10+)', ['a:b'], { before: { start: NOW + 5 * MINUTE } }],
  ['an end 5 minutes ago (E11+)', ['a:b'], { before: { expiry: NOW - 5 * MINUTE } }],
  ['31 days (E12+)', ['a:b'], { before: { start: NOW, expiry: NOW + 31 * DAY } }],
  ['unknown fields', ['a:b'], { after: { future: true } }],
  ['scopes that a role of the issuer grants (E15+)', ['from:role', 'deep:down']],
  ['scopes in any order', ['deep:*', 'a:b', 'a:*']],
])('accepted: %s', (_, scopes, twist) => {
  const { ext, key } = temporary('star', scopes, twist);
  expect(granted(use('star', { ext, key })).clientId).toBe('star');
});

test.each<[string, CertificateTwist, RegExp?]>([
  ['version 2 (E4-)', { before: { version: 2 } }, /version/],
  ['version "1"', { before: { version: '1' } }, /version/],
  ['a seed of 43 characters (E5-)', { before: { seed: 'a'.repeat(43) } }, /seed/],
  ['a seed of 45 characters', { before: { seed: 'a'.repeat(45) } }, /seed/],
  ['a seed that is no text', { before: { seed: 5 } }, /seed/],
  ['a seed that is a list of 44', { before: { seed: Array.from({ length: 44 }, () => 'a') } }, /seed/],
  ['a start that is a text (E6-)', { before: { start: '2026-09-01T12:00:00Z' } }, /start/],
  ['an expiry that is a text (E7-)', { before: { expiry: '2026-09-01T12:00:00Z' } }, /expiry/],
  ['an expiry that is null', { before: { expiry: null } }, /expiry/],
  ['scopes that are a text (E8-)', { before: { scopes: 'a:b' } }, /scopes/],
  ['a scope that is a number', { before: { scopes: ['a:b', 7] } }, /scopes/],
  ['a scope outside ASCII (E9-)', { before: { scopes: ['a:b', 'a:caf\u00e9'] } }, /scopes/],
  ['a scope with a line break', { before: { scopes: ['a:b\na:c'] } }, /scopes/],
  ['no version', { drop: ['version'] }, /version/],
  ['no seed', { drop: ['seed'] }, /seed/],
  ['no start', { drop: ['start'] }, /start/],
  ['no expiry', { drop: ['expiry'] }, /expiry/],
  ['no scopes', { drop: ['scopes'] }, /scopes/],
  ['no signature', { drop: ['signature'] }, /signature/],
  ['a signature that is a number', { after: { signature: 12 } }, /signature/],
  ['a signature that is too short (E17-)', { after: { signature: 'abc=' } }, /signature/],
  ['another signature of the same length', { after: { signature: 'A'.repeat(43).concat('=') } }, /signature/],
  ['the signature of another token', { token: 'B'.repeat(44) }, /signature/],
  ['scopes changed after signing (E16-)', { after: { scopes: ['a:b', 'a:c'] } }, /signature/],
  ['start changed after signing', { after: { start: NOW - 2 * MINUTE } }, /signature/],
  ['expiry changed after signing', { after: { expiry: NOW + 2 * 60 * MINUTE } }, /signature/],
  ['seed changed after signing', { after: { seed: 'b'.repeat(44) } }, /signature/],
  ['a line break behind signed scopes', { trailing: '\n' }, /signature/],
  ['an end more than 5 minutes ago (E11-)', { before: { expiry: NOW - 5 * MINUTE - 1 } }, /expired/],
  ['a start more than 5 minutes ahead (E10-)', { before: { start: NOW + 5 * MINUTE + 1 } }, /future/],
  ['more than 31 days (E12-)', { before: { start: NOW, expiry: NOW + 31 * DAY + 1 } }, /31 days/],
  ['a year', { before: { start: NOW, expiry: NOW + 365 * DAY } }, /31 days/],
  ['a clientId without an issuer (E14-)', { before: { clientId: 'issuer' } }, /clientId/],
  ['a clientId that is undefined in JSON terms', { before: { clientId: null } }, /clientId/],
  ['an issuer that is the bearer (E2-)', { after: { issuer: 'issuer' } }, /same/],
  ['an issuer that is a number', { after: { issuer: 5 } }, /issuer/],
  ['an issuer that is null', { after: { issuer: null } }, /issuer/],
  ['an issuer with a line break', { after: { issuer: 'issuer\nseed:x' } }, /issuer/],
])('refused: %s', (_, twist, message) => expect(refused(made(['a:b'], twist))).toMatch(message ?? /./));

test.each<[string, CertificateTwist, string?, RegExp?]>([
  ['an issuer who is unknown', { after: { issuer: 'who' } }, 'n/1', /who was not found/i],
  ['an issuer that is a property name', { after: { issuer: '__proto__' } }, 'n/1', /not found/i],
  ['another issuer', { after: { issuer: 'other' } }, 'n/1', /signature/],
  ['another name than the signed one', {}, 'n/2', /signature/],
  ['its use as unnamed', {}, 'issuer', /same/],
  ['its use as unnamed after removing the issuer', { drop: ['issuer'] }, 'issuer', /signature/],
  ['its use with a name, but without issuer', { drop: ['issuer'] }, 'n/1', /not found/i],
  ['an issuer without the name in the signature', { unsigned: 'clientId:' }, 'n/1', /signature/],
  ['an issuer that is not signed', { unsigned: 'issuer:' }, 'n/1', /signature/],
])('refused of named credentials: %s', (_, twist, id, message) =>
  expect(refused(made(['a:b'], { name: 'n/1', ...twist }, id))).toMatch(message ?? /./),
);

test.each<unknown>(['x', [], 3, null, true, ''])('a certificate that is %j is refused (E3-)', (certificate) => {
  const message = refused(use('issuer', { ext: { certificate }, key: TOKEN }));
  expect(message).toMatch(/certificate is invalid/);
  expect(message).not.toMatch(/cannot read|TypeError/i);
});

test.each(['"start":-1e999', '"expiry":1e999'])('a time without end is refused: %s', (time) => {
  const { ext, key } = temporary('issuer', ['a:b']);
  const json = JSON.stringify(ext).replace(new RegExp(`${time.split(':')[0]}:\\d+`), time);
  const answer = authenticate(request(header('issuer', { ext: Buffer.from(json).toString('base64'), key })), authority);
  expect(json).toContain('e999');
  expect(refused(answer)).toMatch(/is not a number/);
});

test('naming needs the scope auth:create-client:<name> (E13+, E13-)', () => {
  expect(refused(made(['a:b'], { name: 'm/1' }))).toContain('auth:create-client:m/1');
  const nameless = temporary('nameless', ['a:b'], { name: 'n/1' });
  expect(refused(use('n/1', nameless))).toContain('auth:create-client:n/1');
  expect(granted(use('anything', temporary('star', ['a:b'], { name: 'anything' }))).clientId).toBe('anything');
});

test('the issuer must have every scope of the certificate, and the refusal names those it has not (E15-)', () => {
  const message = refused(made(['a:b', 'b:c', 'deep']));
  expect(message).toContain('{"AllOf":["b:c","deep"]}');
  expect(refused(made(['*']))).toContain('"*"');
});

test('what only the anonymous role grants cannot be delegated (F2-), yet everybody has it (F2+)', () => {
  expect(refused(made(['public:x']))).toContain('public:x');
  expect(granted(made(['a:b'])).scopes).toContain('public:*');
  // An issuer without assume:anonymous of its own can delegate all that it has.
  expect(granted(use('nameless', temporary('nameless', ['a:*']))).scopes).toEqual(['a:*', ...ANON]);
});

test('roles in the certificate are expanded for the bearer (F1+)', () => {
  expect(granted(made(['assume:r'])).scopes).toEqual(['assume:anonymous', 'assume:deep', 'assume:r', 'deep:*', 'from:role', 'public:*']);
});

test('expires is the earlier of client and certificate (E19+, E19-)', () => {
  const soon = client('issuer', ['a:*'], { expires: new Date(NOW + 10 * MINUTE) });
  const at = (expiry: number) => granted(use('issuer', temporary('issuer', ['a:b'], { before: { expiry } }), authorityOf([soon]))).expires;
  expect(at(NOW + 5 * MINUTE)).toEqual(new Date(NOW + 5 * MINUTE));
  expect(at(NOW + 60 * MINUTE)).toEqual(soon.expires);
});

test('the key is the one derived from the seed, not the access token (E18-)', () => {
  const { ext } = temporary('issuer', ['a:b']);
  expect(refused(use('issuer', { ext, key: TOKEN }))).toMatch(/Bad mac/);
  expect(refused(use('issuer', { ext, key: 'guess' }))).toMatch(/Bad mac/);
});

test('temporary credentials cannot issue further ones (E20-)', () => {
  const first = temporary('star', ['*'], { name: 'n/first' });
  const second = temporary('n/first', ['a:b'], { name: 'n/second', token: first.key });
  expect(refused(use('n/second', second))).toMatch(/not found/i);
  const unnamed = temporary('star', ['*']);
  const third = temporary('star', ['a:b'], { token: unnamed.key });
  expect(refused(use('star', third))).toMatch(/signature/);
});

test('a certificate dies with its issuer, and revives with it, although it is remembered', () => {
  const { ext, key } = temporary('issuer', ['a:b'], { name: 'n/1' });
  const given = (...changed: Parameters<typeof authorityOf>) => use('n/1', { ext, key }, authorityOf(...changed));
  for (let i = 0; i < 2; i++) {
    expect(granted(given([issuer])).scopes).toEqual(['a:b', 'assume:anonymous']);
    expect(refused(given([{ ...issuer, disabled: true }]))).toMatch(/disabled/);
    expect(refused(given([]))).toMatch(/not found/i);
    expect(refused(given([{ ...issuer, expires: new Date(NOW - 1) }]))).toMatch(/expired/);
    expect(refused(given([{ ...issuer, accessToken: 'rotated'.repeat(5) }]))).toMatch(/signature/);
    expect(refused(given([{ ...issuer, scopes: ['a:c', 'auth:create-client:n/*'] }]))).toContain('a:b');
    expect(refused(given([{ ...issuer, scopes: ['a:*'] }]))).toContain('auth:create-client:n/1');
    expect(refused(given([issuer], [], NOW + 66 * MINUTE))).toMatch(/expired/);
    expect(refused(given([issuer], [], NOW - 7 * MINUTE))).toMatch(/future/);
  }
});

test('a remembered certificate needs its MAC every time, and belongs to its bearer', () => {
  const { ext, key } = temporary('star', ['a:b']);
  expect(granted(use('star', { ext, key })).clientId).toBe('star');
  expect(refused(use('star', { ext, key: 'wrong' }))).toMatch(/Bad mac/);
  expect(refused(use('other', { ext, key }))).toMatch(/signature/);
});

test('a remembered certificate gives its bearer no other name', () => {
  const { ext, key } = temporary('issuer', ['a:b'], { name: 'n/1' });
  expect(granted(use('n/1', { ext, key })).clientId).toBe('n/1');
  expect(refused(use('n/2', { ext, key }))).toMatch(/signature/);
  expect(refused(use('issuer', { ext, key }))).toMatch(/same/);
});

test('a forged certificate tells nothing about the scopes of the issuer (P2)', () => {
  const forged = (scopes: string[], twist: CertificateTwist = {}) => refused(made(scopes, { token: 'A'.repeat(44), ...twist }));
  const answers = [forged(['a:b']), forged(['other:that']), forged(['*'])];
  const named = [forged(['a:b'], { name: 'n/1' }), forged(['a:b'], { name: 'm/1' }), forged(['zz'], { name: 'n/1' })];
  expect(new Set([...answers, ...named]).size).toBe(1);
});

test('a good certificate without its key tells nothing about the scopes of the issuer', () => {
  const stolen = (scopes: string[], name: string) => {
    const { ext } = temporary('issuer', scopes, { name });
    return refused(use(name, { ext, key: 'unknown' }));
  };
  expect(new Set([stolen(['a:b'], 'n/1'), stolen(['zz'], 'n/1'), stolen(['a:b'], 'm/1')]).size).toBe(1);
});
