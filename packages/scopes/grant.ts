import type { ScopeExpression } from './expression.ts';
import { unmet } from './expression.ts';
import { normalize } from './normal.ts';
import { ScopeSet } from './scope-set.ts';

/** How many alternatives are compared exactly. A method's expression has seven at most (one for each priority of a task). */
const ALTERNATIVES = 64;

type Alternatives = readonly (readonly string[])[];

/**
 * The scopes to grant to somebody who holds `held`, so that they satisfy the expression: as few as possible, and none that the
 * others make superfluous. An empty list when nothing is missing; undefined when nothing would help (`AnyOf: []`).
 *
 * Of several that are equally small the one with the least `breadth` in all wins, then the one that is written first. With more than 64 ways to satisfy an expression the result
 * still satisfies it, but may not be the smallest. A scope with two stars at its end cannot be stored, so it is granted with one.
 */
export function smallestGrant(
  held: readonly string[],
  needed: ScopeExpression,
  breadth: (scope: string) => number = () => 0,
): readonly string[] | undefined {
  const set = ScopeSet.of(held);
  const rest = unmet((scope) => set.has(scope), needed);
  return rest === undefined ? [] : waysTo(rest, breadth)[0];
}

/** Sets of scopes that satisfy the expression, the smallest first. */
function waysTo(needed: ScopeExpression, breadth: (scope: string) => number): Alternatives {
  const smallest = (ways: Alternatives): Alternatives =>
    ways.length < 2
      ? ways.map(normalize)
      : ways
          .map((way) => ({ scopes: normalize(way), breadth: way.reduce((sum, scope) => sum + breadth(scope), 0) }))
          .sort((a, b) => a.scopes.length - b.scopes.length || a.breadth - b.breadth)
          .slice(0, ALTERNATIVES)
          .map(({ scopes }) => scopes);
  if (typeof needed === 'string') return [[needed.replace(/\*{2,}$/, '*')]];
  if ('AnyOf' in needed) return smallest(needed.AnyOf.flatMap((branch) => waysTo(branch, breadth)));
  // What is needed in any case is kept apart, so that a list of 10,000 scopes is joined once.
  const certain: string[] = [];
  let ways: Alternatives = [[]];
  for (const part of needed.AllOf) {
    const more = waysTo(part, breadth);
    const [only] = more;
    if (only && more.length === 1) for (const scope of only) certain.push(scope);
    else ways = smallest(ways.flatMap((way) => more.map((further) => [...way, ...further])));
  }
  return smallest(ways.map((way) => [...way, ...certain]));
}
