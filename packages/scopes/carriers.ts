import type { RoleExpander } from './expander.ts';
import { PARAMETER } from './role-index.ts';
import type { Rule } from './role-index.ts';
import { matches, stem } from './scope.ts';
import { ScopeSet } from './scope-set.ts';

/** A role that grants something already: to grant `assume` is an alternative to granting the scopes themselves. */
export interface Carrier {
  readonly roleId: string;
  readonly assume: string;
  /** How many scopes come with it, itself included: the fewer, the better it fits. */
  readonly gives: number;
}

/** How many roles are offered, and how many scopes are searched for backwards: one search of 10,000 roles takes about 2 ms. */
const OFFERED = 5;
const CANDIDATES = 50;
const SEARCHES = 8;

/**
 * Roles that carry all of the scopes, directly or through other roles, the narrowest first; at most five. A role whose id ends with a
 * star and whose scope has a parameter is offered with the name filled in: `assume:repo:x` for `queue:route:x`.
 */
export function carriersOf(expander: RoleExpander, scopes: readonly string[]): readonly Carrier[] {
  const [first] = scopes;
  if (first === undefined) return [];
  const candidates = new Map<string, string>();
  const targets = new Set([first]);
  let searches = 0;
  for (const target of targets) {
    if (++searches > SEARCHES || candidates.size >= CANDIDATES) break;
    for (const rule of expander.index.rules) {
      for (const name of namesThatGrant(rule, target)) {
        const assume = `assume:${name}`;
        if (candidates.size >= CANDIDATES || candidates.has(assume) || assume.endsWith('**')) continue;
        candidates.set(assume, rule.role.roleId);
        targets.add(assume);
      }
    }
  }
  return [...candidates]
    .map(([assume, roleId]) => ({ roleId, assume, given: expander.expand([assume]) }))
    .filter(({ given }) => ScopeSet.of(given).satisfies({ AllOf: scopes }))
    .map(({ roleId, assume, given }) => ({ roleId, assume, gives: given.length }))
    .sort((a, b) => a.gives - b.gives || (a.assume < b.assume ? -1 : 1))
    .slice(0, OFFERED);
}

/** The names to assume so that this rule grants the scope; whether they really do is checked by expanding them. */
function namesThatGrant({ role, plain, holes, prefixLength, pattern }: Rule, target: string): string[] {
  const names = holes.flatMap(([before, after]) => {
    const rest = parameterFor(before, after, target);
    return rest === undefined ? [] : [pattern.slice('assume:'.length, prefixLength) + rest];
  });
  if (names.length > 0) return names;
  return plain.some((scope) => matches(scope, target)) || holes.some(([before, after]) => covers(before + PARAMETER + after, target))
    ? [role.roleId]
    : [];
}

/** What the parameter has to be so that the scope grants the target: as much as possible, so that it grants little else. */
function parameterFor(before: string, after: string, target: string): string | undefined {
  if (!target.startsWith(before)) return undefined;
  const remainder = target.slice(before.length);
  if (after.endsWith('*')) {
    const end = remainder.lastIndexOf(stem(after));
    return end < 0 ? undefined : remainder.slice(0, end);
  }
  return remainder.endsWith(after) ? remainder.slice(0, remainder.length - after.length) : undefined;
}

/** Whether a scope with a parameter grants the target when the whole role is assumed: the parameter becomes a star. */
const covers = (written: string, target: string): boolean => target.startsWith(written.slice(0, written.indexOf(PARAMETER)));
