import {
  breadthOf,
  type CheckCallRequest,
  type CheckCallResponse,
  type RoleImpactRequest,
  type RoleImpactResponse,
} from '@taskcluster/contracts';
import { requirementOf, UnfitCallError } from '@taskcluster/contracts/call';
import {
  atOnce,
  changesOf,
  clientCandidate,
  clientSubject,
  differenceFor,
  EVERYBODY,
  explain,
  foresee,
  type GivenClient,
  InvalidExpressionError,
  readExpression,
  render,
  type Role,
  RoleExpander,
  roleSubject,
  type ScopeExpression,
  type Subject,
} from '@taskcluster/scopes';
import { didYouMean } from '../../../arguments/suggestion.ts';
import { wrongUse } from '../../../exit.ts';
import type { About } from '../about.ts';
import type { Answers } from './index.ts';

/** Roles that were checked, and clients by their ids, in order, if they are known. */
export interface Files {
  readonly roles: readonly Role[];
  readonly clients?: ReadonlyMap<string, GivenClient>;
}

/** Answers from roles and clients alone, by the engine that the platform has, without its limits on who may know what. */
export const answersOfFiles = (files: Files): Answers => {
  const roles = new RoleExpander(files.roles);
  const explanation = (about: About, needed: ScopeExpression) => {
    const { held, ...subject } = subjectOf(files, about);
    return { ...atOnce(explain(roles, { held, needed, breadth: breadthOf, offerRoles: files.roles.length > 0 })), ...subject };
  };
  return {
    knowsClients: files.clients !== undefined,
    explain: async (about, required) =>
      explanation(
        about,
        reading(() => readExpression(required, 'What is asked for')),
      ),
    check: async (question) => checkedCall(files, question, explanation),
    impact: async (question) => impactOf(files, roles, question),
    expand: async (scopes) => roles.expand(scopes),
    roleScopes: async (roleId) => files.roles.find((role) => role.roleId === roleId)?.scopes,
  };
};

const reading = <T>(read: () => T): T => {
  try {
    return read();
  } catch (err) {
    if (err instanceof InvalidExpressionError || err instanceof UnfitCallError) throw wrongUse(err.message);
    throw err;
  }
};

const subjectOf = ({ roles, clients }: Files, { clientId, roleId, scopes }: About): Subject => {
  if (scopes !== undefined) return { held: scopes };
  if (roleId !== undefined) {
    if (roles.some((role) => role.roleId === roleId)) return roleSubject(roleId);
    const names = roles.map((role) => role.roleId);
    throw wrongUse(
      `There is no role ${roleId} in the file. ${didYouMean(roleId, names, 'Check the name; a star at its end is part of it.')}`,
    );
  }
  if (clientId === undefined) throw wrongUse('In files nobody is signed in, so there is no `me`. Give the name of a client.');
  if (!clients)
    throw wrongUse(`What ${clientId} holds is not known. Give the clients with --clients FILE, or --role if it is the name of a role.`);
  const client = clients.get(clientId);
  if (!client)
    throw wrongUse(`There is no client ${clientId} in the file. ${didYouMean(clientId, [...clients.keys()], 'Check the name.')}`);
  return clientSubject(client, Date.now());
};

type Explain = (about: About, needed: ScopeExpression) => Awaited<ReturnType<Answers['explain']>>;

const checkedCall = (files: Files, question: CheckCallRequest, explanation: Explain): CheckCallResponse => {
  const requirement = reading(() => requirementOf(question));
  const { held: _, ...subject } = subjectOf(files, question);
  if (requirement.kind === 'unknown') return { decided: false, needs: requirement.needs, proofs: [], ...subject };
  const rendered = requirement.kind === 'known' ? render(requirement.template, requirement.values) : undefined;
  if (rendered === undefined) return { decided: true, satisfied: true, proofs: [], ...subject };
  const needed = reading(() => readExpression(rendered, 'What the call needs'));
  return { decided: true, required: needed, ...explanation(question, needed) };
};

const impactOf = ({ clients = new Map() }: Files, { index }: RoleExpander, { roleId, scopes }: RoleImpactRequest): RoleImpactResponse => {
  const foreseen = atOnce(foresee(index, { roleId, scopes }));
  const { exists } = foreseen;
  if ('problem' in foreseen) return { valid: false, exists, problem: foreseen.problem, changes: [] };
  const { comparison, roles } = foreseen;
  const everybody = atOnce(differenceFor(comparison, [EVERYBODY]));
  const candidates = [...clients].map(([id, client]) => clientCandidate(id, client.scopes));
  return { valid: true, exists, ...(everybody && { everybody }), changes: atOnce(changesOf(comparison, [...roles, ...candidates])) };
};
