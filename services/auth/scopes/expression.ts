import { ApiError } from '@taskcluster/api';
import { isValidExpression, type ScopeExpression } from '@taskcluster/scopes';

/** No method needs more; each costs a search, and the nesting of a body is not bounded otherwise. */
const mostParts = 1_000;
const deepest = 32;

/** A scope expression out of a request. Refuses (400) what is none, or too large. Walks without recursion until the depth is known. */
export const expressionOf = (value: unknown, name = 'required'): ScopeExpression => {
  const todo: { readonly part: unknown; readonly depth: number }[] = [{ part: value, depth: 0 }];
  let parts = 0;
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { part, depth } = next;
    if (++parts > mostParts || depth > deepest) throw tooLarge(name);
    if (typeof part !== 'object' || part === null) continue;
    for (const list of Object.values(part)) {
      if (!Array.isArray(list)) continue;
      if (list.length > mostParts) throw tooLarge(name);
      for (const inner of list as readonly unknown[]) todo.push({ part: inner, depth: depth + 1 });
    }
  }
  if (isValidExpression(value)) return value;
  throw new ApiError(
    'InputError',
    '`{{name}}` is no scope expression. Give a scope in printable ASCII, or an object with AllOf or AnyOf and a list of expressions.',
    { name },
  );
};

const tooLarge = (name: string) =>
  new ApiError(
    'InputError',
    '`{{name}}` has more than {{mostParts}} parts, or is nested more than {{deepest}} deep. Ask about less at a time.',
    {
      name,
      mostParts: String(mostParts),
      deepest: String(deepest),
    },
  );
