import { expect, test } from 'vitest';
import { carriersOf, RoleExpander, smallestGrant } from './index.ts';

test.each([
  ['nothing is missing', ['a*'], 'ab', []],
  ['one scope', ['b'], 'a', ['a']],
  ['the part of an AllOf that is missing', ['a'], { AllOf: ['a', 'b', 'c'] }, ['b', 'c']],
  ['the alternative that needs the fewest', ['c'], { AnyOf: [{ AllOf: ['a', 'b'] }, { AllOf: ['c', 'd'] }] }, ['d']],
  ['the first of equals', [], { AnyOf: ['b', 'a'] }, ['b']],
  ['a scope that serves two alternatives', [], { AllOf: [{ AnyOf: ['a', 'b'] }, { AnyOf: ['c', 'b'] }] }, ['b']],
  ['no scope that another one makes superfluous', [], { AllOf: ['ab', 'a*', 'a*'] }, ['a*']],
  ['one star where two cannot be stored', [], 'a**', ['a*']],
  ['an empty AllOf', [], { AllOf: [] }, []],
  ['nothing that would help', ['a'], { AllOf: ['a', { AnyOf: [] }] }, undefined],
  ['the other way when one is closed', [], { AnyOf: [{ AnyOf: [] }, 'a'] }, ['a']],
] as const)('the smallest grant: %s', (_, held, needed, grant) => {
  expect(smallestGrant(held, needed)).toEqual(grant);
});

test('an expression with more ways than can be compared is satisfied all the same', () => {
  const needed = { AllOf: Array.from({ length: 40 }, (_, i) => ({ AnyOf: [{ AllOf: [`a${i}`, `b${i}`] }, `c${i}`, `d${i}`] })) };
  expect(smallestGrant([], needed)).toEqual(Array.from({ length: 40 }, (_, i) => `c${i}`).toSorted());
});

test('of equally small grants the least broad one wins', () => {
  const breadth = (scope: string) => (scope === 'wide' ? 2 : 1);
  expect(smallestGrant([], { AllOf: ['x', { AnyOf: ['wide', 'narrow'] }] }, breadth)).toEqual(['narrow', 'x']);
});

const expander = new RoleExpander([
  { roleId: 'admin', scopes: ['queue:*', 'auth:*', 'hooks:*', 'index:*'] },
  { roleId: 'repo:*', scopes: ['queue:route:<..>'] },
  { roleId: 'team', scopes: ['assume:repo:x', 'team:a'] },
  { roleId: 'unrelated', scopes: ['index:*'] },
]);

test('roles that carry the scope are offered, the narrowest first and with their parameter filled in', () => {
  expect(carriersOf(expander, ['queue:route:x'])).toEqual([
    { roleId: 'repo:*', assume: 'assume:repo:x', gives: 2 },
    { roleId: 'team', assume: 'assume:team', gives: 4 },
    { roleId: 'admin', assume: 'assume:admin', gives: 5 },
  ]);
});

test('a role is offered only when it carries everything', () => {
  expect(carriersOf(expander, ['queue:route:x', 'team:a']).map((c) => c.roleId)).toEqual(['team']);
  expect(carriersOf(expander, ['nobody:has-this'])).toEqual([]);
  expect(carriersOf(expander, [])).toEqual([]);
});
