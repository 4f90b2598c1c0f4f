import { isValidExpression } from './expression.ts';
import type { ScopeExpression } from './expression.ts';

/** What was given is no scope expression, or a larger one than is looked at. */
export class InvalidExpressionError extends Error {
  override readonly name = 'InvalidExpressionError';
}

/** No method needs more; each costs a search, and the nesting of what somebody sends is not bounded otherwise. */
const MOST_PARTS = 1_000;
const DEEPEST = 32;

/**
 * A scope expression out of a request or from a command line. `name` is what the message calls it. Walks without recursion until the
 * depth is known. Throws InvalidExpressionError for what is none, has more than 1,000 parts or is nested more than 32 deep.
 */
export function readExpression(value: unknown, name: string): ScopeExpression {
  const todo: { readonly part: unknown; readonly depth: number }[] = [{ part: value, depth: 0 }];
  let parts = 0;
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { part, depth } = next;
    if (++parts > MOST_PARTS || depth > DEEPEST) throw tooLarge(name);
    if (typeof part !== 'object' || part === null) continue;
    for (const list of Object.values(part)) {
      if (!Array.isArray(list)) continue;
      if (list.length > MOST_PARTS) throw tooLarge(name);
      for (const inner of list as readonly unknown[]) todo.push({ part: inner, depth: depth + 1 });
    }
  }
  if (isValidExpression(value)) return value;
  throw new InvalidExpressionError(
    `${name} is no scope expression. Give a scope in printable ASCII, or an object with AllOf or AnyOf and a list of expressions.`,
  );
}

const tooLarge = (name: string) =>
  new InvalidExpressionError(
    `${name} has more than ${MOST_PARTS} parts, or is nested more than ${DEEPEST} deep. Ask about less at a time.`,
  );
