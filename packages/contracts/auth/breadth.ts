import { priorities } from '../queue/priorities.ts';

const creation = /^queue:create-task:([a-z-]+):/;
const fromLowest: readonly string[] = priorities.toReversed();

/**
 * Of scopes that serve alike, how much more than needed one permits: the scope to create tasks of a priority also allows every lower
 * one (queue.md, section 4), so the lowest that is enough is the smallest grant. 0 for all other scopes.
 */
export const breadthOf = (scope: string): number => {
  const [, word = ''] = creation.exec(scope) ?? [];
  return Math.max(0, fromLowest.indexOf(word));
};
