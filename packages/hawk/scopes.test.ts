/** Who a client is and what it may: rules C1 to C7, A-S1 to A-S4, F1, F2 and P1. */
import { expect, test } from 'vitest';
import { authorityOf, client, granted, header, NOW, refused, request, temporary } from './fixtures.ts';
import { authenticate } from './index.ts';
import type { Authority } from './index.ts';

const roles = [
  { roleId: 'r', scopes: ['from:role:*'] },
  { roleId: 'anonymous', scopes: ['public:*', 'assume:crowd'] },
  { roleId: 'crowd', scopes: ['crowd:*'] },
];
const alice = client('alice', ['z', 'assume:r', 'a:*']);
const authority = authorityOf([alice], roles);
const ANON = ['assume:anonymous', 'assume:crowd', 'crowd:*', 'public:*'];
const sorted = (scopes: readonly string[]) => scopes.toSorted();
const narrowed = (authorizedScopes: unknown, from: Authority = authority) =>
  authenticate(request(header('alice', { ext: { authorizedScopes } })), from);

test('the scopes are those of the client and everything that roles grant, with the anonymous role (C1+, C5+)', () => {
  expect(sorted(granted(authenticate(request(header('alice')), authority)).scopes)).toEqual(
    sorted(['a:*', 'assume:r', 'from:role:*', 'z', ...ANON]),
  );
});

test('the stored scopes stay as they are (C6+)', () => {
  granted(authenticate(request(header('alice')), authority));
  expect(alice.scopes).toEqual(['z', 'assume:r', 'a:*']);
});

test.each<[string, Partial<typeof alice>, RegExp]>([
  ['a disabled client (C2-)', { disabled: true }, /alice is disabled/],
  ['an expired client (C3-)', { expires: new Date(NOW - 1) }, /alice has expired/],
])('%s is refused, with the right key and with a wrong one', (_, change, message) => {
  const from = authorityOf([{ ...alice, ...change }], roles);
  expect(refused(authenticate(request(header('alice')), from))).toMatch(message);
  expect(refused(authenticate(request(header('alice', { key: 'wrong' })), from))).toMatch(message);
});

test('a client that was enabled again is let in (C2+)', () => {
  expect(refused(authenticate(request(header('alice')), authorityOf([{ ...alice, disabled: true }])))).toMatch(/disabled/);
  expect(granted(authenticate(request(header('alice')), authorityOf([{ ...alice, disabled: false }]))).clientId).toBe('alice');
});

test('whoever changes an answer changes no other one (C6-)', () => {
  const ask = () => granted(authenticate(request(header('alice')), authority)).scopes;
  const before = [...ask()];
  expect(() => (ask() as string[]).push('*')).toThrow(TypeError);
  expect(ask()).toEqual(before);
});

test.each<unknown>([undefined, null, 'a:*', { 0: '*', length: 1 }])('a client whose scopes are %j lets nobody in (C7-)', (scopes) => {
  const from = authorityOf([{ ...alice, scopes: scopes as string[] }], roles);
  expect(() => authenticate(request(header('alice')), from)).toThrow(TypeError);
});

test('a client that expires this very moment is live (C3+)', () => {
  const from = authorityOf([{ ...alice, expires: new Date(NOW) }]);
  expect(granted(authenticate(request(header('alice')), from)).expires).toEqual(new Date(NOW));
});

test('a changed client is a new object, and its scopes count at once; so do changed roles (C5-)', () => {
  const scopesFrom = (from: Authority) => granted(authenticate(request(header('alice')), from)).scopes;
  const plain = (scopes: string[]) => authorityOf([{ ...alice, scopes }]);
  expect(scopesFrom(plain(['a']))).toEqual(['a', 'assume:anonymous']);
  expect(scopesFrom(plain(['b']))).toEqual(['assume:anonymous', 'b']);
  expect(scopesFrom(authorityOf([alice], [{ roleId: 'r', scopes: ['other'] }]))).toContain('other');
  expect(scopesFrom(authorityOf([alice], []))).not.toContain('other');
  expect(scopesFrom(authority)).toContain('from:role:*');
});

test('an expansion is asked for with the same array as long as the client is the same (C7+)', () => {
  const asked: (readonly string[])[] = [];
  const watching = {
    ...authority,
    expand: (scopes: readonly string[]) => {
      asked.push(scopes);
      return authority.expand(scopes);
    },
  };
  granted(authenticate(request(header('alice')), watching));
  granted(authenticate(request(header('alice')), watching));
  expect(asked).toHaveLength(2);
  expect(asked[0]).toBe(asked[1]);
  expect(Object.isFrozen(asked[0])).toBe(true);
});

test('authorizedScopes leave only these and the anonymous role, expanded (A-S1+, A-S4+)', () => {
  expect(sorted(granted(narrowed(['a:b'])).scopes)).toEqual(sorted(['a:b', ...ANON]));
  expect(sorted(granted(narrowed([])).scopes)).toEqual(ANON);
  expect(granted(narrowed(['assume:r'])).scopes).toContain('from:role:*');
});

test('authorizedScopes may use what roles grant, also the anonymous one (A-S2+, F1-)', () => {
  expect(granted(narrowed(['from:role:x'])).scopes).not.toContain('from:role:*');
  expect(granted(narrowed(['public:x', 'crowd:*'])).clientId).toBe('alice');
});

test('authorizedScopes beyond the own are refused; the message shows both lists to whoever has the key (A-S2-, A-S3-)', () => {
  const message = refused(narrowed(['a:b', 'b:c', 'assume:q']));
  expect(message).toContain('{"AllOf":["b:c","assume:q"]}');
  expect(message).toContain('a:b, b:c, assume:q');
  expect(message).toContain('from:role:*');
});

test.each<unknown>(['a:b', { 0: 'a:b' }, ['caf\u00e9'], ['a\nb'], [7], [['a:b']], null, 0, false])(
  'authorizedScopes %j are refused (A-S1-)',
  (scopes) => expect(refused(narrowed(scopes))).toMatch(/authorizedScopes is not a list of scopes/),
);

test('a wrong key learns nothing about scopes (P1)', () => {
  const ask = (authorizedScopes: unknown) =>
    refused(authenticate(request(header('alice', { key: 'wrong', ext: { authorizedScopes } })), authority));
  expect(ask(['nope'])).toMatch(/Bad mac/);
  expect(ask(['nope'])).toBe(ask(['a:b']));
  expect(refused(authenticate(request(header('alice', { mac: 'AAAA', ext: { authorizedScopes: ['nope'] } })), authority))).toBe(
    ask(['nope']),
  );
});

test('authorizedScopes narrow temporary credentials further, and roles of the certificate count (A-S3+)', () => {
  const { ext, key } = temporary('alice', ['a:x', 'assume:r']);
  const ask = (authorizedScopes: string[]) => authenticate(request(header('alice', { key, ext: { ...ext, authorizedScopes } })), authority);
  expect(sorted(granted(ask(['a:x'])).scopes)).toEqual(sorted(['a:x', ...ANON]));
  expect(granted(ask(['from:role:y'])).scopes).toContain('from:role:y');
  expect(refused(ask(['a:y']))).toMatch(/authorizedScopes asks/);
  expect(refused(ask(['z']))).toMatch(/authorizedScopes asks/);
});

test('authorizedScopes never give more than the client and everybody have (A-S4-)', () => {
  const before = granted(authenticate(request(header('alice')), authority)).scopes;
  for (const asked of [['a:b'], ['assume:r'], ['assume:anonymous'], ['z', 'a:*'], []]) {
    for (const scope of granted(narrowed(asked)).scopes) {
      expect(before.some((held) => held === scope || (held.endsWith('*') && scope.startsWith(held.slice(0, -1))))).toBe(true);
    }
  }
});

test('a long list of scopes does not make a long message', () => {
  const many = client(
    'alice',
    Array.from({ length: 5000 }, (_, i) => `s:${i}`),
  );
  const message = refused(narrowed(['t'], authorityOf([many])));
  expect(message.length).toBeLessThan(2000);
  expect(message).toContain('more');
});
