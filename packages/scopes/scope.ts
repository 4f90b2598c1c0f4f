/** Printable ASCII with the space; the empty scope is legal. */
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Whether `scope` is a string of printable ASCII (0x20 to 0x7e). The empty string is a scope. */
export function isValidScope(scope: unknown): scope is string {
  return typeof scope === 'string' && PRINTABLE.test(scope);
}

/** What a pattern stands for without its final star. Only a final star is special, and only one of them. */
export const stem = (scope: string): string => scope.slice(0, -1);

/**
 * Whether holding `pattern` grants `scope`: they are equal, or the pattern ends with a star and the scope starts with
 * what stands before that star. A star anywhere else is an ordinary character.
 */
export function matches(pattern: string, scope: string): boolean {
  if (pattern === scope) return true;
  return pattern.endsWith('*') && scope.startsWith(stem(pattern));
}

/**
 * The order of scopes: `P*`, then `P`, then everything longer that starts with `P`, for every P. Plain code units decide
 * otherwise. All that a pattern matches therefore stands in one row behind it, which normalising relies on.
 * Returns a negative number, zero or a positive number, like every comparison for `Array.sort`.
 */
export function compareScopes(a: string, b: string): number {
  if (a === b) return 0;
  const aStar = a.endsWith('*');
  const bStar = b.endsWith('*');
  if (!aStar && !bStar) return a < b ? -1 : 1;
  const aStem = aStar ? stem(a) : a;
  const bStem = bStar ? stem(b) : b;
  if (aStem === bStem) return aStar ? -1 : 1;
  return aStem < bStem ? -1 : 1;
}
