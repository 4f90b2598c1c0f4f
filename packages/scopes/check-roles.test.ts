import { expect, test } from 'vitest';
import { checkRoleChange, checkRoles, DependencyCycleError, InvalidScopeError, RoleIndex } from './index.ts';
import type { Role } from './index.ts';

type Roles = Readonly<Record<string, readonly string[]>>;
const asRoles = (roles: Roles): Role[] => Object.entries(roles).map(([roleId, scopes]) => ({ roleId, scopes }));

/** What each way of checking throws: the whole set in both orders, and each role as the last one that is added. */
function verdicts(roles: readonly Role[]): unknown[] {
  const thrown = (check: () => void): unknown => {
    try {
      check();
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const whole = [thrown(() => checkRoles(roles)), thrown(() => checkRoles(roles.toReversed()))];
  const last = roles.map((role) => {
    const others = roles.filter((other) => other !== role);
    return thrown(() => {
      checkRoles(others);
      checkRoleChange(new RoleIndex(others), role);
    });
  });
  return [...whole, ...last];
}

test.each<[string, Roles]>([
  ['a role granting itself', { abc: ['assume:abc'] }],
  ['a role granting a prefix of itself', { abc: ['assume:ab*'] }],
  ['a star role granting a member', { 'ab*': ['assume:abc'] }],
  ['a star role granting itself by parameter', { 'a*': ['assume:ab<..>'] }],
  ['a circle of two', { m: ['assume:n'], n: ['assume:m'] }],
  ['a circle of three', { m: ['assume:n'], n: ['assume:o'], o: ['assume:m'] }],
  ['a circle through parameters', { 'a*': ['assume:b<..>'], 'b*': ['assume:a<..>x'] }],
  ['a circle through a partial prefix', { 'test*': ['assume:other<..>x'], 'other*': ['assume:te<..>'] }],
  ['a circle through a bare parameter', { 'c*': ['assume:<..>'], 'a*': ['assume:c<..>A'] }],
  ['a role with *', { s: ['*'] }],
  ['a role with a*', { s: ['a*'] }],
  ['a role with assume*', { s: ['assume*'] }],
  ['a role with assume:*', { s: ['assume:*'] }],
  ['the role * with any assumption', { '*': ['assume:nobody'] }],
  ['a star role with a bare parameter', { 'x*': ['<..>'] }],
  ['a star role with a<..>', { 'z*': ['a<..>'] }],
  ['a star role with assume<..>', { 'z*': ['assume<..>'] }],
  ['a star role with assume:<..>', { 'z*': ['assume:<..>'] }],
  ['property names', { constructor: ['assume:__proto__'], ['__proto__']: ['assume:constructor'] }],
])('%s is refused as a circle', (_, roles) => {
  for (const error of verdicts(asRoles(roles))) expect(error).toBeInstanceOf(DependencyCycleError);
});

test.each<[string, Roles, string]>([
  ['two parameters', { 't*': ['q<..>:<..>'] }, 'q<..>:<..>'],
  ['a star before the final parameter', { 't*': ['q*<..>'] }, 'q*<..>'],
  ['only a star before the parameter', { '*': ['*<..>'] }, '*<..>'],
  ['the same in a later scope', { x: [], 't*': ['fine', 'q*<..>'] }, 'q*<..>'],
])('%s: the scope is refused and named', (_, roles, scope) => {
  for (const error of verdicts(asRoles(roles))) {
    expect(error).toBeInstanceOf(InvalidScopeError);
    expect((error as InvalidScopeError).message).toContain(scope);
    expect(error).toMatchObject({ scope, roleId: expect.stringContaining('*') });
  }
});

test.each<[string, Roles]>([
  ['a chain that ends', { abc: ['assume:d*'], def: ['assume:ghi'], 'g*': ['assume:jkl'], jkl: ['assume:ab'] }],
  ['a star role with a star behind the parameter', { 'a*': ['assume:b<..>c*'] }],
  ['a diamond', { top: ['assume:l', 'assume:r'], l: ['assume:b'], r: ['assume:b'], b: ['B'] }],
  ['references to roles that do not exist', { t: ['assume:nobody', 'assume:none*'] }],
  ['a star before the parameter with text behind it', { 'p*': ['q*<..>b'] }],
  ['a star behind the parameter', { 'p*': ['q<..>*', 'q<..>y*'] }],
  ['two parameters in a role without a star', { t: ['q<..>:<..>', 'q*<..>'] }],
  ['scopes that only look like assumptions', { assume: ['assume', 'xassume:*', ':*', 'b*', 'a**'] }],
  ['roles without scopes', { a: [], 'a*': [], '*': [] }],
])('%s is accepted', (_, roles) => {
  for (const error of verdicts(asRoles(roles))) expect(error).toBeUndefined();
});

test('the error names the roles of the circle in order, and no others', () => {
  const roles = asRoles({ a: ['assume:m'], m: ['assume:n*', 'x'], 'n-star': ['assume:o', 'assume:zz'], o: ['assume:m'], zz: [] });
  const cycle = (check: () => void): readonly string[] => {
    try {
      check();
    } catch (error) {
      expect((error as Error).message).toMatch(/m -> n-star -> o -> m|n-star -> o -> m -> n-star|o -> m -> n-star -> o/);
      return (error as DependencyCycleError).cycle;
    }
    return [];
  };
  expect(cycle(() => checkRoles(roles)).toSorted()).toEqual(['m', 'n-star', 'o']);
  const others = roles.filter((role) => role.roleId !== 'o');
  expect(cycle(() => checkRoleChange(new RoleIndex(others), roles[3]!))).toEqual(['o', 'm', 'n-star']);
});

test('a changed role is checked in the place of its former self', () => {
  const roles = asRoles({ a: ['assume:b'], b: ['x'] });
  const index = new RoleIndex(roles);
  expect(() => checkRoleChange(index, { roleId: 'b', scopes: ['assume:a'] })).toThrow(DependencyCycleError);
  expect(() => checkRoleChange(index, { roleId: 'a', scopes: ['y'] })).not.toThrow();
  expect(() => checkRoleChange(new RoleIndex(asRoles({ a: ['y'], b: ['x'] })), { roleId: 'b', scopes: ['assume:a'] })).not.toThrow();
});

test('chains and circles of 10,000 roles are followed without recursion', () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => ({ roleId: `c${i}`, scopes: [`assume:c${i + 1}`] }));
  expect(() => checkRoles(chain)).not.toThrow();
  const circle = [...chain, { roleId: 'c10000', scopes: ['assume:c0'] }];
  expect(() => checkRoles(circle)).toThrow(DependencyCycleError);
  expect(() => checkRoleChange(new RoleIndex(chain), circle.at(-1)!)).toThrow(DependencyCycleError);
});

test('5,000 roles that hold the same pattern of 5,000 others are checked once per pattern', () => {
  const holders = Array.from({ length: 5000 }, (_, i) => ({ roleId: `h${i}`, scopes: ['assume:x*'] }));
  const held = Array.from({ length: 5000 }, (_, i) => ({ roleId: `x${i}`, scopes: ['s'] }));
  expect(() => checkRoles([...holders, ...held])).not.toThrow();
});
