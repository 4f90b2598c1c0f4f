import type { ScopeExpression } from '@taskcluster/scopes';

// A second reading of what scope expressions mean, written for these tests alone: the judge of the real one.

const covers = (held: string, scope: string): boolean =>
  held === scope || (held.endsWith('*') && scope.startsWith(held.slice(0, held.length - 1)));

/** Whether somebody with these scopes satisfies the expression. */
export const holds = (scopes: readonly string[], needed: ScopeExpression): boolean => {
  if (typeof needed === 'string') return scopes.some((held) => covers(held, needed));
  if ('AllOf' in needed) return needed.AllOf.every((part) => holds(scopes, part));
  return needed.AnyOf.some((part) => holds(scopes, part));
};

/** The sets of scopes that satisfy the expression: one for each way through its alternatives. */
export const waysToSatisfy = (needed: ScopeExpression): readonly (readonly string[])[] => {
  if (typeof needed === 'string') return [[needed]];
  if ('AnyOf' in needed) return needed.AnyOf.flatMap(waysToSatisfy);
  return needed.AllOf.map(waysToSatisfy).reduce<readonly (readonly string[])[]>(
    (before, part) => before.flatMap((way) => part.map((more) => [...new Set([...way, ...more])])),
    [[]],
  );
};
