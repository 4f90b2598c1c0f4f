import type { Caller, Handlers } from '@taskcluster/api';
import { type auth, breadthOf } from '@taskcluster/contracts';
import {
  carriersOf,
  derive,
  matches,
  missing,
  type Proof,
  proveExpression,
  type ScopeExpression,
  ScopeSet,
  smallestGrant,
} from '@taskcluster/scopes';
import type { AuthService } from '../service.ts';
import { expressionOf } from './expression.ts';
import { mayRead, type Subject, subjectOf } from './subject.ts';
import { takeTurns } from './turns.ts';

type Handler = Pick<Handlers<typeof auth, AuthService>, 'explainScopes'>;

export const explainHandlers: Handler = {
  explainScopes: async (service, { body, caller }) => {
    const subject = await subjectOf(service, body, caller);
    return await explanationOf(service, { subject, needed: expressionOf(body.required), caller });
  },
};

interface Question {
  readonly subject: Subject;
  readonly needed: ScopeExpression;
  readonly caller: Caller;
}

/** Whether a subject satisfies an expression, and why, or what would help; without anything that the caller may not read elsewhere. */
export const explanationOf = async ({ access }: AuthService, { subject: { held, ...subject }, needed, caller }: Question) => {
  const roles = access.roles();
  const turn = takeTurns();
  const expanded = ScopeSet.of(roles.expand(held));
  await turn();
  const { proofs } = proveExpression(derive(roles.index, held), needed);
  await turn();
  const shown = { satisfied: expanded.satisfies(needed), proofs: proofs.map((proof) => visible(proof, expanded, caller)), ...subject };
  const lacking = missing(expanded, needed);
  if (lacking === undefined) return shown;
  const grant = smallestGrant(expanded.scopes, needed, breadthOf);
  if (grant === undefined) return { ...shown, missing: lacking };
  const mayList = ScopeSet.of(caller.scopes()).has('auth:list-roles');
  return { ...shown, missing: lacking, grant: { scopes: grant, ...(mayList ? { roles: carriersOf(roles, grant) } : {}) } };
};

/** A proof that leads through a role which the caller may not read says no more than the expansion of the scopes does. */
const visible = (proof: Proof, expanded: ScopeSet, caller: Caller) => {
  if (proof.steps.every(({ roleId }) => mayRead(caller, 'role', roleId))) return proof;
  const by = expanded.scopes.find((scope) => matches(scope, proof.scope)) ?? proof.scope;
  return { scope: proof.scope, held: by, steps: [], by, withheld: true };
};
