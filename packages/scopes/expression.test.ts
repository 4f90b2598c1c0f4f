import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isValidExpression, missing, satisfies, ScopeSet, scopesSatisfying, simplify } from './index.ts';
import type { ScopeExpression } from './index.ts';

const [a, b, c, d] = ['a', 'b', 'c', 'd'];

test.each<unknown>(['', 'a', { AllOf: [] }, { AnyOf: [] }, { AllOf: ['a', { AnyOf: ['b', { AllOf: ['c'] }] }] }])(
  '%j is an expression',
  (value) => expect(isValidExpression(value)).toBe(true),
);

test.each<unknown>([
  null,
  undefined,
  5,
  [],
  ['a'],
  {},
  'caf\u00e9',
  { AllOf: 'a' },
  { AllOf: {} },
  { AllOf: [], AnyOf: [] },
  { allOf: [] },
  { AllOf: ['a'], more: 1 },
  { AnyOf: ['a', 5] },
  { AnyOf: [{ AllOf: ['a\n'] }] },
  { AllOf: [null] },
  JSON.parse('{"__proto__": ["a"]}'),
])('%j is not an expression', (value) => expect(isValidExpression(value)).toBe(false));

test.each<[string[], ScopeExpression, boolean]>([
  [[], { AllOf: [] }, true],
  [[], { AnyOf: [] }, false],
  [['*'], { AnyOf: [] }, false],
  [['*'], '', true],
  [[a], { AllOf: [a, b] }, false],
  [[a, b], { AllOf: [a, b] }, true],
  [[b], { AnyOf: [a, b] }, true],
  [[c], { AnyOf: [a, b] }, false],
  [[a, c], { AllOf: [a, { AnyOf: [b, c] }] }, true],
  [['z', 'a*', 'b'], { AllOf: ['ab', 'b'] }, true],
])('%j satisfies %j: %j', (held, needed, expected) => {
  expect(satisfies(held, needed)).toBe(expected);
  expect(new ScopeSet(held).satisfies(needed)).toBe(expected);
  expect(missing(held, needed) === undefined).toBe(expected);
  expect(scopesSatisfying(held, needed) !== undefined).toBe(expected);
});

test.each<[string[], ScopeExpression, ScopeExpression | undefined]>([
  [[], a, a],
  [[a], a, undefined],
  [[a], { AllOf: [a, b] }, b],
  [[a], { AllOf: [a, b, c] }, { AllOf: [b, c] }],
  [[a, b], { AllOf: [a, b] }, undefined],
  [[a], { AnyOf: [a, b] }, undefined],
  [[c], { AnyOf: [a, b] }, { AnyOf: [a, b] }],
  [[a], { AnyOf: [{ AllOf: [a, b] }, c] }, { AnyOf: [b, c] }],
  [[c], { AnyOf: [a] }, a],
  [[a], { AllOf: [{ AnyOf: [a, b] }, { AllOf: [c, a] }] }, c],
  [[], { AnyOf: [] }, { AnyOf: [] }],
])('with %j held, %j lacks %j', (held, needed, rest) => {
  expect(missing(held, needed)).toEqual(rest);
  expect(missing(new ScopeSet(held), needed)).toEqual(rest);
});

test.each<[string[], ScopeExpression, string[] | undefined]>([
  [['a*'], 'ab', ['ab']],
  [[], 'ab', undefined],
  [['*'], { AllOf: [b, a] }, [a, b]],
  [[a], { AllOf: [a, b] }, undefined],
  [[a, c], { AnyOf: [a, b, c] }, [a, c]],
  [[a, c], { AnyOf: [{ AllOf: [a, b] }, c] }, [c]],
  [['*'], { AllOf: ['a*', 'ab'] }, ['a*']],
  [[], { AllOf: [] }, []],
  [['*'], { AnyOf: [] }, undefined],
])('%j meets %j by %j', (held, needed, scopes) => expect(scopesSatisfying(held, needed)).toEqual(scopes));

test.each<[ScopeExpression, ScopeExpression]>([
  [a, a],
  [{ AllOf: [a] }, a],
  [{ AllOf: [{ AnyOf: [a] }] }, a],
  [{ AllOf: [c, { AllOf: [b, { AllOf: [a] }] }] }, { AllOf: [a, b, c] }],
  [{ AnyOf: [c, { AnyOf: [b, a] }, a] }, { AnyOf: [a, b, c] }],
  [{ AllOf: ['ab', 'a*', a] }, 'a*'],
  [{ AnyOf: ['ab', 'a*', a] }, { AnyOf: ['a*', a, 'ab'] }],
  [{ AllOf: [{ AnyOf: [a, b] }, { AnyOf: [b, a] }, c] }, { AllOf: [c, { AnyOf: [a, b] }] }],
  [{ AllOf: [{ AnyOf: [{ AllOf: [a, b] }] }, d] }, { AllOf: [a, b, d] }],
  [{ AllOf: [] }, { AllOf: [] }],
  [{ AllOf: [{ AnyOf: [] }] }, { AnyOf: [] }],
])('%j is simply %j', (expression, simple) => expect(simplify(expression)).toEqual(simple));

const { expression } = fc.letrec<{ expression: ScopeExpression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('a', 'a*', 'ab', 'b', 'b*', 'c', ''),
    fc.record({ AllOf: fc.array(tie('expression'), { maxLength: 4 }) }),
    fc.record({ AnyOf: fc.array(tie('expression'), { maxLength: 4 }) }),
  ),
}));

test('simplified, reduced and original expressions agree for every caller', () => {
  let count = 0;
  fc.assert(
    fc.property(expression, fc.subarray(['a', 'a*', 'ab', 'b', 'b*', 'c', '', '*']), (needed, held) => {
      count++;
      const met = satisfies(held, needed);
      expect(satisfies(held, simplify(needed))).toBe(met);
      expect(simplify(simplify(needed))).toEqual(simplify(needed));
      const rest = missing(held, needed);
      expect(rest === undefined).toBe(met);
      const scopes = scopesSatisfying(held, needed);
      expect(scopes !== undefined).toBe(met);
      if (scopes) expect(satisfies(scopes, needed)).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(count).toBe(2000);
});
