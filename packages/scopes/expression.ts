import { isValidScope } from './scope.ts';

/** What is needed: a scope, all of several expressions, or one of them. `AllOf: []` is always met, `AnyOf: []` never. */
export type ScopeExpression = string | { readonly AllOf: readonly ScopeExpression[] } | { readonly AnyOf: readonly ScopeExpression[] };

/** Whether a value is an expression: a valid scope, or an object with exactly one of AllOf and AnyOf, at every depth. */
export function isValidExpression(value: unknown): value is ScopeExpression {
  if (typeof value !== 'object' || value === null) return isValidScope(value);
  const keys = Object.keys(value);
  if (keys.length !== 1) return false;
  const parts: unknown = keys[0] === 'AllOf' || keys[0] === 'AnyOf' ? Object.values(value)[0] : undefined;
  return Array.isArray(parts) && parts.every(isValidExpression);
}

/** Whether an expression is met by a caller of whom `has` tells which scopes they hold. */
export function isSatisfied(has: (scope: string) => boolean, needed: ScopeExpression): boolean {
  if (typeof needed === 'string') return has(needed);
  if ('AllOf' in needed) return needed.AllOf.every((part) => isSatisfied(has, part));
  return needed.AnyOf.some((part) => isSatisfied(has, part));
}

/** The part of an expression that is not met; undefined when nothing is missing. */
export function unmet(has: (scope: string) => boolean, needed: ScopeExpression): ScopeExpression | undefined {
  if (typeof needed === 'string') return has(needed) ? undefined : needed;
  if ('AllOf' in needed) {
    const rest = needed.AllOf.map((part) => unmet(has, part)).filter((part) => part !== undefined);
    return rest.length > 1 ? { AllOf: rest } : rest[0];
  }
  const rest: ScopeExpression[] = [];
  for (const branch of needed.AnyOf) {
    const part = unmet(has, branch);
    if (part === undefined) return undefined;
    rest.push(part);
  }
  return rest.length === 1 ? rest[0] : { AnyOf: rest };
}

/** The scopes of an expression that were used to meet it; undefined when it is not met. */
export function used(has: (scope: string) => boolean, needed: ScopeExpression): string[] | undefined {
  if (typeof needed === 'string') return has(needed) ? [needed] : undefined;
  if ('AllOf' in needed) {
    const parts = needed.AllOf.map((part) => used(has, part));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  const parts = needed.AnyOf.map((part) => used(has, part)).filter((part) => part !== undefined);
  return parts.length > 0 ? parts.flat() : undefined;
}
