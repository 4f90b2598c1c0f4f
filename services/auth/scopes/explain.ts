import type { Caller, Handlers } from '@taskcluster/api';
import { type auth, breadthOf } from '@taskcluster/contracts';
import { explain, matches, type Proof, readExpression, type ScopeExpression, ScopeSet, type Subject } from '@taskcluster/scopes';
import type { AuthService } from '../service.ts';
import { reading } from './refusal.ts';
import { mayRead, subjectOf } from './subject.ts';
import { takeTurns } from './turns.ts';

type Handler = Pick<Handlers<typeof auth, AuthService>, 'explainScopes'>;

export const explainHandlers: Handler = {
  explainScopes: async (service, { body, caller }) => {
    const subject = await subjectOf(service, body, caller);
    return await explanationOf(service, { subject, needed: reading(() => readExpression(body.required, '`required`')), caller });
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
  const offerRoles = ScopeSet.of(caller.scopes()).has('auth:list-roles');
  const explanation = await takeTurns()(explain(roles, { held, needed, breadth: breadthOf, offerRoles }));
  const expanded = roles.expand(held);
  return { ...explanation, proofs: explanation.proofs.map((proof) => visible(proof, expanded, caller)), ...subject };
};

/** A proof that leads through a role which the caller may not read says no more than the expansion of the scopes does. */
const visible = (proof: Proof, expanded: readonly string[], caller: Caller) => {
  if (proof.steps.every(({ roleId }) => mayRead(caller, 'role', roleId))) return proof;
  const by = expanded.find((scope) => matches(scope, proof.scope)) ?? proof.scope;
  return { scope: proof.scope, held: by, steps: [], by, withheld: true };
};
