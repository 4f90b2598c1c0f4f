import { expect, test } from 'vitest';
import { compareScopes, isValidScope, matches, satisfies, ScopeSet } from './index.ts';

test.each(['', ' ', 'a', 'a b', '~', '*', '**', 'queue:create-task:x/y', '__proto__', 'constructor'])('%j is a scope', (scope) => {
  expect(isValidScope(scope)).toBe(true);
});

test.each(['\n', 'a\n', '\t', '\x7f', 'café', '\u2028', 5, null, undefined, {}, ['a']])('%j is not a scope', (scope) => {
  expect(isValidScope(scope)).toBe(false);
});

const table: readonly (readonly [have: string, need: string, granted: boolean])[] = [
  ['a*', 'a', true],
  ['a*', 'ab', true],
  ['a*', 'a*', true],
  ['a*', 'a*b', true],
  ['a*', 'b', false],
  ['a*', '', false],
  ['a', 'a*', false],
  ['a', 'ab', false],
  ['a', 'a', true],
  ['ab', 'a', false],
  ['a**', 'a*', true],
  ['a**', 'a*b', true],
  ['a**', 'a**', true],
  ['a**', 'ab', false],
  ['a**', 'a', false],
  ['a*', 'a**', true],
  ['a***', 'a**', true],
  ['a***', 'a*', false],
  ['a*b*', 'a*bc', true],
  ['a*b*', 'axbc', false],
  ['a*b', 'axb', false],
  ['a*b', 'a*b', true],
  ['*', '', true],
  ['*', 'x', true],
  ['*', '*', true],
  ['**', '*', true],
  ['**', 'x', false],
  ['', '', true],
  ['', 'a', false],
  ['a:b:*', 'a:b', false],
  ['a:b:*', 'a:b:', true],
  ['A', 'a', false],
  ['a ', 'a', false],
  ['a?', 'ab', false],
  ['.*', 'ab', false],
  ['a\\*', 'a\\', true],
  ['__proto__', 'constructor', false],
  ['__proto__*', '__proto__', true],
];

test.each(table)('%j grants %j: %j', (have, need, granted) => {
  expect(matches(have, need)).toBe(granted);
  expect(satisfies([have], need)).toBe(granted);
  expect(satisfies(['zz', have, '0'], need)).toBe(granted);
  expect(new ScopeSet([have]).has(need)).toBe(granted);
});

test('the order puts P*, then P, then everything longer behind each prefix P', () => {
  const ordered = ['*', '', 'a*', 'a', 'a(', 'a**', 'aa', 'ab*', 'b'];
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) expect(Math.sign(compareScopes(a, b))).toBe(Math.sign(i - j));
  }
  expect(ordered.toReversed().sort(compareScopes)).toEqual(ordered);
});
