import { isSatisfied, unmet, used } from './expression.ts';
import type { ScopeExpression } from './expression.ts';
import { normalize } from './normal.ts';
import { matches } from './scope.ts';
import { ScopeSet } from './scope-set.ts';

/** Scopes that somebody holds, in any order, or prepared. */
export type Held = readonly string[] | ScopeSet;

/** Tells which scopes are held. A short or changing list is searched as it is; sorting it would cost more. */
function holder(held: Held): (scope: string) => boolean {
  if (held instanceof ScopeSet) return (scope) => held.has(scope);
  if (Object.isFrozen(held) && held.length > 16) return (scope) => ScopeSet.of(held).has(scope);
  return (scope) => held.some((pattern) => matches(pattern, scope));
}

/** Whether somebody who holds these scopes meets the expression. */
export function satisfies(held: Held, needed: ScopeExpression): boolean {
  return isSatisfied(holder(held), needed);
}

/**
 * What is missing to meet the expression: satisfied parts are dropped, and lists of one collapse.
 * Undefined when nothing is missing. This is what a refusal shows.
 */
export function missing(held: Held, needed: ScopeExpression): ScopeExpression | undefined {
  return unmet(holder(held), needed);
}

/**
 * Which of the needed scopes were used, for audit logs: all of an AllOf, each satisfied branch of an AnyOf, normalised.
 * These are the scopes as needed, not the broader ones that the caller holds. Undefined when the expression is not met.
 */
export function scopesSatisfying(held: Held, needed: ScopeExpression): string[] | undefined {
  const scopes = used(holder(held), needed);
  return scopes && normalize(scopes);
}

/**
 * What both lists grant: the elements of `a` that `b` satisfies, then those of `b` that `a` satisfies, each once.
 * The result is not sorted; normalise it where that matters.
 */
export function intersect(a: readonly string[], b: readonly string[]): string[] {
  const setA = new ScopeSet(a);
  const setB = new ScopeSet(b);
  return [...new Set([...a.filter((scope) => setB.has(scope)), ...b.filter((scope) => setA.has(scope))])];
}
