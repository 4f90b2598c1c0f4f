import { expect, test } from 'vitest';
import { normalize, RoleExpander } from './index.ts';
import type { Role } from './index.ts';

type Roles = Readonly<Record<string, readonly string[]>>;
const asRoles = (roles: Roles): Role[] => Object.entries(roles).map(([roleId, scopes]) => ({ roleId, scopes }));

const letters: Roles = { a: ['A'], aa: ['AA'], ab: ['AB'], 'a*': ['S'] };
const nested: Roles = { 'a*': ['S'], 'ab*': ['T'], aabc: ['X'] };
const two: Roles = { a: ['A'], b: ['B'] };
const suffix: Roles = { 'a*': ['x<..>y'] };
const broad: Roles = { 'abc*': ['ABC<..>DEF'] };
const chain: Roles = { 'x*': ['assume:y:<..>'], 'y:*': ['Y<..>', 'assume:z<..>'], z: ['Z'] };
const inner: Roles = { 'a*b': ['M'], 'a*bc': ['N'], 'a*': ['S'], abc: ['Q'] };
const user: Roles = { 'ns:*': ['index:user.<..>.*'] };
const repo: Roles = { 'repo:github.com/org/*': ['r'], 'repo:github.com/org/r:branch:main': ['m'] };

test.each<[Roles, string, string[]]>([
  [letters, 'assume:a*', ['A', 'AA', 'AB', 'S']],
  [letters, 'assume:a', ['A', 'S']],
  [letters, 'assume:ab', ['AB', 'S']],
  [letters, 'assume:aq', ['S']],
  [letters, 'assume:b', []],
  [letters, 'assume:', []],
  [nested, 'assume:ab', ['S', 'T']],
  [nested, 'assume:aa*', ['S', 'X']],
  [nested, 'assume:abz', ['S', 'T']],
  [two, 'assume:*', ['A', 'B']],
  [two, 'assum*', ['A', 'B']],
  [two, 'a*', ['A', 'B']],
  [{ '*': ['everyone:<..>'] }, 'assume:q', ['everyone:q']],
  [{ '*': ['everyone:<..>'] }, 'assume:', ['everyone:']],
  [{ '*': ['everyone:<..>'] }, 'assume:*', ['everyone:*']],
  [{ '*': ['everyone:<..>'] }, 'assu*', ['everyone:*']],
  [suffix, 'assume:abc', ['xbcy']],
  [suffix, 'assume:ab*', ['xb*']],
  [suffix, 'assume:ab*c', ['xb*cy']],
  [suffix, 'assume:a', ['xy']],
  [suffix, 'assume:a*', ['x*']],
  [broad, 'assume:a*', ['ABC*']],
  [broad, 'assume:abc*', ['ABC*']],
  [broad, 'assume:abcd', ['ABCdDEF']],
  [{ 'p*': ['a*<..>b'] }, 'assume:p*', ['a**']],
  [{ a: ['x<..>y'] }, 'assume:a', ['x<..>y']],
  [chain, 'assume:x1', ['assume:y:1', 'Y1', 'assume:z1']],
  [chain, 'assume:x*', ['assume:y:*', 'Y*', 'assume:z*', 'Z']],
  [chain, 'assume:x', ['assume:y:', 'Y', 'assume:z', 'Z']],
  [inner, 'assume:a*b*', ['M', 'N', 'S']],
  [inner, 'assume:a*b', ['M', 'S']],
  [inner, 'assume:axb', ['S']],
  [user, 'assume:ns:jo', ['index:user.jo.*']],
  [user, 'assume:ns:jo*', ['index:user.jo*']],
  [repo, 'assume:repo:github.com/org/r:*', ['r', 'm']],
  [repo, 'assume:repo:github.com/org/r:branch:dev', ['r']],
  [{ 'repo:github.com/*': ['secrets:get:gh/<..>/shared'] }, 'assume:repo:github.com/org/*', ['secrets:get:gh/org/*']],
  [{ 't*': ['q<..>:<..>'] }, 'assume:tx', ['qx:<..>']],
  // A double star in a role id: a pattern as broad as the role fills in a star, so that nothing broader grants less.
  [{ 'ab**': ['x<..>y'] }, 'assume:ab*', ['x*']],
  [{ 'ab**': ['x<..>y'] }, 'assume:ab*c', ['xcy']],
])('%j: %j grants %j', (roles, input, grants) => {
  const expected = normalize([input, ...grants]);
  expect(new RoleExpander(asRoles(roles)).expand([input])).toEqual(expected);
  expect(new RoleExpander(asRoles(roles).toReversed()).expand(Object.freeze([input]))).toEqual(expected);
});

test('each prefix of assume: with a star is every role', () => {
  const expander = new RoleExpander(asRoles(two));
  for (const s of ['a*', 'as*', 'ass*', 'assu*', 'assum*', 'assume*', 'assume:*'])
    expect(expander.expand([s])).toEqual(normalize([s, 'A', 'B']));
  expect(expander.expand(['*'])).toEqual(['*']);
});

test.each([':*', ':a*', ':assume*', 'assume', 'assume:', 'b*', 'aa*', 'Assume:*', 'xassume:*', 'a', 'a**', '**', '', 'a:b'])(
  '%j reaches no role',
  (s) => {
    expect(new RoleExpander(asRoles({ ...two, '': ['never'] })).expand([s])).toEqual(s === 'assume:' ? [s, 'never'] : [s]);
  },
);

test('inputs that a granted star swallows disappear', () => {
  const expander = new RoleExpander(asRoles({ r: ['assume:tree:*', 'p:*'], s: ['*'] }));
  expect(expander.expand(['p:deep', 'assume:tree:x', 'assume:r'])).toEqual(['assume:r', 'assume:tree:*', 'p:*']);
  expect(expander.expand(['assume:s', 'x'])).toEqual(['*']);
});

test('the input may be unsorted, stays as it is, and is part of the result', () => {
  const expander = new RoleExpander(asRoles(letters));
  const input = ['z', 'assume:a', 'b'];
  expect(expander.expand(input)).toEqual(['A', 'S', 'assume:a', 'b', 'z']);
  expect(input).toEqual(['z', 'assume:a', 'b']);
  input.push('c');
  expect(expander.expand(input)).toEqual(['A', 'S', 'assume:a', 'b', 'c', 'z']);
});

test('a result is frozen, and the same array for the same frozen input', () => {
  const expander = new RoleExpander(asRoles(letters));
  const input = Object.freeze(['assume:a', 'z']);
  const result = expander.expand(input);
  expect(Object.isFrozen(result)).toBe(true);
  expect(expander.expand(input)).toBe(result);
  expect(Object.isFrozen(expander.expand(['z']))).toBe(true);
  expect(expander.expand(['assume:a', 'assume:a'])).toBe(expander.expand(['assume:a']));
});

test('names of object properties are ordinary role ids', () => {
  const names = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'];
  const expander = new RoleExpander(names.map((roleId) => ({ roleId, scopes: [`granted:${roleId}`] })));
  for (const name of names) expect(expander.expand([`assume:${name}`])).toEqual([`assume:${name}`, `granted:${name}`]);
  expect(new RoleExpander([]).expand(['assume:__proto__', '__proto__', 'constructor'])).toEqual([
    '__proto__',
    'assume:__proto__',
    'constructor',
  ]);
});

test('a scope with a line break or digits cannot be mistaken for two cached ones', () => {
  const expander = new RoleExpander(asRoles(two));
  expect(expander.expand(['assume:a', 'assume:b'])).toContain('B');
  for (const s of ['assume:aassume:b', 'assume:a\nassume:b', 'assume:a8 assume:b', 'assume:a assume:b', 'assume:a,assume:b'])
    expect(expander.expand([s])).toEqual([s]);
});

test('a chain of 10,000 roles and a tree of 10,000 roles expand', () => {
  const long = Array.from({ length: 10_000 }, (_, i) => ({ roleId: `c${i}`, scopes: [`assume:c${i + 1}`, `x${i}`] }));
  expect(new RoleExpander(long).expand(['assume:c0'])).toHaveLength(20_001);
  const tree = Array.from({ length: 10_000 }, (_, i) => ({
    roleId: `t${i}`,
    scopes: [`assume:t${2 * i + 1}`, `assume:t${2 * i + 2}`, `y${i}`],
  }));
  expect(new RoleExpander(tree).expand(['assume:t0']).filter((s) => s.startsWith('y'))).toHaveLength(10_000);
});

test('an unchecked set that grows for ever is an error, not a hang', () => {
  const grows = asRoles({ 'a*': ['assume:a<..>x', 'assume:a<..>y'] });
  expect(() => new RoleExpander(grows).expand(['assume:a'])).toThrow(/cycle/);
});

test('scopes of megabytes are expanded like others', () => {
  const expander = new RoleExpander(asRoles({ 'a*': ['x<..>'] }));
  const long = 'y'.repeat(5_000_000);
  for (let i = 0; i < 20; i++) expect(expander.expand([`assume:a${long}${i}`])).toEqual([`assume:a${long}${i}`, `x${long}${i}`]);
});
