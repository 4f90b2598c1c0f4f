import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches } from './index.ts';
import { PatternIndex } from './pattern-index.ts';

const word = fc.array(fc.constantFrom('a', 'b', '*', '(', 'a'), { maxLength: 5 }).map((letters) => letters.join(''));

test('each pattern that matches a scope, or is matched by it, is found exactly once', () => {
  let found = 0;
  fc.assert(
    fc.property(fc.uniqueArray(word, { maxLength: 12 }), fc.array(word, { maxLength: 12 }), (patterns, scopes) => {
      const sorted = patterns.toSorted();
      const index = new PatternIndex(sorted);
      for (const scope of [...scopes, ...patterns, ...patterns.map((pattern) => `${pattern}*`)]) {
        const met: string[] = [];
        index.forEachMet(scope, (i) => met.push(sorted[i]!));
        expect(met.toSorted()).toEqual(sorted.filter((pattern) => matches(pattern, scope) || matches(scope, pattern)));
        found += met.length;
      }
    }),
    { numRuns: 2000 },
  );
  expect(found).toBeGreaterThan(10_000);
});
