import { carriersOf } from './carriers.ts';
import type { Carrier } from './carriers.ts';
import type { RoleExpander } from './expander.ts';
import type { ScopeExpression } from './expression.ts';
import { smallestGrant } from './grant.ts';
import { missing } from './held.ts';
import { derive, proveExpression } from './proof.ts';
import type { Proof } from './proof.ts';
import { ScopeSet } from './scope-set.ts';
import type { Steps } from './steps.ts';

export interface Explanation {
  readonly satisfied: boolean;
  /** One for each scope that is needed and there. */
  readonly proofs: readonly Proof[];
  /** Absent when nothing is missing. */
  readonly missing?: ScopeExpression;
  /** The smallest grant that would satisfy. Absent when nothing is missing, or when nothing would help. */
  readonly grant?: { readonly scopes: readonly string[]; readonly roles?: readonly Carrier[] };
}

export interface ExplanationQuestion {
  /** What somebody was given, before roles are looked at. */
  readonly held: readonly string[];
  readonly needed: ScopeExpression;
  /** Decides between grants of the same size; see `smallestGrant`. */
  readonly breadth?: (scope: string) => number;
  /** Whether roles that carry what is missing are searched for and offered. */
  readonly offerRoles: boolean;
}

/** Whether somebody satisfies an expression, and why, or what is missing and what would help. */
export function* explain(roles: RoleExpander, { held, needed, breadth, offerRoles }: ExplanationQuestion): Steps<Explanation> {
  const expanded = ScopeSet.of(roles.expand(held));
  yield;
  const { proofs } = proveExpression(derive(roles.index, held), needed);
  yield;
  const lacking = missing(expanded, needed);
  if (lacking === undefined) return { satisfied: true, proofs };
  const scopes = smallestGrant(expanded.scopes, needed, breadth);
  if (scopes === undefined) return { satisfied: false, proofs, missing: lacking };
  return { satisfied: false, proofs, missing: lacking, grant: { scopes, ...(offerRoles && { roles: carriersOf(roles, scopes) }) } };
}
