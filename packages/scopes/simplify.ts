import type { ScopeExpression } from './expression.ts';
import { normalize } from './normal.ts';
import { compareScopes } from './scope.ts';

/** Sorted, each once. Only equal scopes may go: in an AnyOf the narrower one is the easier one. */
const distinct = (scopes: readonly string[]): string[] => [...new Set(scopes)].sort(compareScopes);

/** Each expression once. Simplified expressions that mean the same by structure have the same text. */
function distinctExpressions(expressions: readonly ScopeExpression[]): ScopeExpression[] {
  return [...new Map(expressions.map((expression) => [JSON.stringify(expression), expression])).values()];
}

/**
 * The same expression, shorter: AllOf within AllOf and AnyOf within AnyOf are flattened, repetitions dropped, scopes
 * sorted (and put first), and a list of one becomes its element. Within AllOf, scopes that another one implies are dropped.
 */
export function simplify(expression: ScopeExpression): ScopeExpression {
  if (typeof expression === 'string') return expression;
  const all = 'AllOf' in expression;
  const parts = (all ? expression.AllOf : expression.AnyOf).map(simplify).flatMap((part) => {
    if (typeof part === 'string') return [part];
    if (all && 'AllOf' in part) return part.AllOf;
    if (!all && 'AnyOf' in part) return part.AnyOf;
    return [part];
  });
  const scopes = parts.filter((part) => typeof part === 'string');
  const nested = distinctExpressions(parts.filter((part) => typeof part !== 'string'));
  const list = [...(all ? normalize(scopes) : distinct(scopes)), ...nested];
  if (list.length === 1) return list[0]!;
  return all ? { AllOf: list } : { AnyOf: list };
}
