import { expect, test } from 'vitest';
import { readExpression } from './read-expression.ts';

const nested = (depth: number) => JSON.parse(`${'{"AllOf":['.repeat(depth)}"a"${']}'.repeat(depth)}`) as unknown;

test('an expression is answered as it is, up to 32 deep and 1,000 parts', () => {
  for (const good of ['', 'a*', { AnyOf: [] }, nested(32), { AllOf: Array.from({ length: 999 }, String) }])
    expect(readExpression(good, 'x')).toBe(good);
});

test.each([
  ['a number', 1, /^x is no scope expression\. /],
  ['nothing', undefined, /^x is no scope expression\. /],
  ['a letter beyond ASCII', 'é', /^x is no scope expression\. /],
  ['both lists', { AllOf: [], AnyOf: [] }, /^x is no scope expression\. /],
  ['too deep', nested(33), /^x has more than 1000 parts, or is nested more than 32 deep\. /],
  ['much too deep', nested(3_000), /nested more than 32 deep/],
  ['too long', { AnyOf: Array.from({ length: 1_001 }, String) }, /^x has more than 1000 parts/],
])('%s is refused', (_, value, message) => {
  expect(() => readExpression(value, 'x')).toThrow(message);
});
