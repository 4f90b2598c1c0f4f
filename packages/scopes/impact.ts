import { checkRoleChange, DependencyCycleError, InvalidScopeError } from './check-roles.ts';
import { RoleExpander } from './expander.ts';
import type { Role, RoleIndex } from './role-index.ts';
import { matches } from './scope.ts';
import { ScopeSet } from './scope-set.ts';
import type { Steps } from './steps.ts';

/** How many scopes are listed for one client or role; the rest are counted. */
const LISTED = 100;

/** Why a role could not be stored. */
export type RoleProblem =
  | { readonly kind: 'cycle'; readonly message: string; readonly cycle: readonly string[] }
  | { readonly kind: 'scope'; readonly message: string; readonly scope: string };

/** What would be wrong with a role among checked ones: the same checks as when it is stored (scopes.md, section 5). */
export function roleProblem(checked: RoleIndex, role: Role): RoleProblem | undefined {
  const stars = role.scopes.find((scope) => scope.endsWith('**'));
  if (stars !== undefined)
    return { kind: 'scope', message: `Scope ${stars} ends in more than one star. Leave one star at the end.`, scope: stars };
  try {
    checkRoleChange(checked, role);
    return undefined;
  } catch (err) {
    if (err instanceof DependencyCycleError) return { kind: 'cycle', message: err.message, cycle: err.cycle };
    if (err instanceof InvalidScopeError) return { kind: 'scope', message: err.message, scope: err.scope };
    throw err;
  }
}

/** What somebody would gain and lose; of each at most 100 are listed, and all are counted. */
export interface Difference {
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly gainedCount: number;
  readonly lostCount: number;
}

/** Roles as they are and as they would be. */
export interface Comparison {
  readonly before: RoleExpander;
  readonly after: RoleExpander;
  /** The only role that differs, if it is known to be: whoever does not come upon it costs one look. */
  readonly only?: string;
}

/** What scopes lead to after a change and did not before, and the other way round; undefined when nothing differs. */
export function* differenceFor({ before, after, only }: Comparison, held: readonly string[]): Steps<Difference | undefined> {
  const had = before.expand(held);
  if (only !== undefined) {
    const pattern = `assume:${only}`;
    // Most are done here.
    if (!had.some((scope) => matches(scope, pattern) || matches(pattern, scope))) return undefined;
  }
  yield;
  const has = after.expand(held);
  yield;
  const gained = yield* beyond(has, had);
  const lost = yield* beyond(had, has);
  if (gained.length === 0 && lost.length === 0) return undefined;
  return { gained: gained.slice(0, LISTED), lost: lost.slice(0, LISTED), gainedCount: gained.length, lostCount: lost.length };
}

/** What the first scopes grant beyond the others: with 10,000 roles somebody who assumes all of them holds 50,000 scopes. */
function* beyond(scopes: readonly string[], others: readonly string[]): Steps<string[]> {
  const set = ScopeSet.of(others);
  const found: string[] = [];
  for (const [i, scope] of scopes.entries()) {
    if (i % 1_000 === 999) yield;
    if (!set.has(scope)) found.push(scope);
  }
  return found;
}

/** Somebody whom a change may concern, with what they were given. */
export interface Candidate {
  readonly kind: 'role' | 'client';
  readonly id: string;
  readonly held: readonly string[];
}

export const roleCandidate = (id: string): Candidate => ({ kind: 'role', id, held: [`assume:${id}`] });
export const clientCandidate = (id: string, scopes: readonly string[]): Candidate => ({ kind: 'client', id, held: scopes });

/** A role that would have other scopes, or (without `scopes`) be deleted. */
export interface RoleChange {
  readonly roleId: string;
  readonly scopes?: readonly string[] | undefined;
}

export type Foreseen =
  | { readonly exists: boolean; readonly problem: RoleProblem }
  | { readonly exists: boolean; readonly comparison: Comparison; readonly roles: readonly Candidate[] };

/**
 * What a change of one role among checked ones would come to: why it would be refused, or what to compare, and all roles in the order
 * of their ids, the changed one among them. The expanders are new, so that many questions to them do not push out what others are
 * checked with.
 */
export function* foresee(checked: RoleIndex, { roleId, scopes }: RoleChange): Steps<Foreseen> {
  const current = checked.rules.map((rule) => rule.role);
  const exists = current.some((role) => role.roleId === roleId);
  const wanted = scopes && { roleId, scopes };
  const problem = wanted && roleProblem(checked, wanted);
  if (problem) return { exists, problem };
  const others = current.filter((role) => role.roleId !== roleId);
  const before = new RoleExpander(current);
  yield;
  const after = new RoleExpander(wanted ? [...others, wanted] : others);
  yield;
  return { exists, comparison: { before, after, only: roleId }, roles: candidatesOf([...current.map((role) => role.roleId), roleId]) };
}

/** Each role once, in the order of their ids. */
export const candidatesOf = (roleIds: readonly string[]): readonly Candidate[] => [...new Set(roleIds)].sort().map(roleCandidate);

export type Change = Difference & Pick<Candidate, 'kind' | 'id'>;

/** Everybody whom a change concerns, in the order given. */
export function* changesOf(comparison: Comparison, candidates: Iterable<Candidate>): Steps<readonly Change[]> {
  const changes: Change[] = [];
  for (const { kind, id, held } of candidates) {
    const difference = yield* differenceFor(comparison, held);
    if (difference) changes.push({ kind, id, ...difference });
  }
  return changes;
}
