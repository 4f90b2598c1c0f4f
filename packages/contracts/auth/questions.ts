import { Type } from 'typebox';
import type { Static } from 'typebox';

import type { ScopeTemplate } from '../contract.ts';
import { patterns, ScopeText } from '../identifiers.ts';
import { anyObject, closed, list, oneOfWords, timestamp } from '../schema.ts';

import { ContinuationToken } from './clients.ts';

/** The longest name that can be stored. */
const maxLength = 1_024;
const RoleName = Type.String({ title: 'Role id', description: 'The name of a role.', pattern: patterns.printable, maxLength });
const text = (title: string, description: string) => Type.String({ title, description });
const texts = (title: string, description: string) => list(Type.String(), { title, description });
const count = (title: string, description: string) => Type.Integer({ title, description, minimum: 0 });

/** Whom a question is about: one of these; none of them is the caller. */
const subject = {
  clientId: Type.Optional(
    Type.String({ title: 'Client id', description: 'Ask about this client.', pattern: patterns.clientId, maxLength }),
  ),
  roleId: Type.Optional({ ...RoleName, description: 'Ask about whoever has this role.' }),
  scopes: Type.Optional(list(ScopeText, { title: 'Scopes', description: 'Ask about somebody with these scopes.', maxItems: 10_000 })),
} as const;

/** Nobody learns here what `client`, `role`, `expandScopes` or `currentScopes` would not have told them. */
export const aboutSubject = {
  if: 'aboutClient',
  // oxlint-disable-next-line unicorn/no-thenable -- `then` is a property of the format
  then: 'auth:get-client:<clientId>',
  else: {
    if: 'aboutRole',
    // oxlint-disable-next-line unicorn/no-thenable -- `then` is a property of the format
    then: 'auth:get-role:<roleId>',
    // oxlint-disable-next-line unicorn/no-thenable -- `then` is a property of the format
    else: { if: 'aboutScopes', then: 'auth:expand-scopes', else: 'auth:current-scopes' },
  },
} as const satisfies ScopeTemplate;

const Expression = (title: string, description: string) =>
  Type.Unknown({ title, description: `${description} A scope, \`{"AllOf": […]}\` or \`{"AnyOf": […]}\`, nested as needed.` });

export const ExplainScopesRequest = closed(
  { ...subject, required: Expression('Required', 'What is needed.') },
  { title: 'Question about scopes', description: 'Whether somebody satisfies a scope expression, and why.' },
);
export type ExplainScopesRequest = Static<typeof ExplainScopesRequest>;

const step = closed(
  {
    assumed: text('Assumed', 'A scope that is held so far and meets the role.'),
    roleId: text('Role id', 'The role.'),
    written: text('Written', 'The scope as it is written in the role, perhaps with `<..>`.'),
    parameter: Type.Optional(text('Parameter', 'What `<..>` stands for here.')),
    granted: text('Granted', 'What the role grants thereby.'),
  },
  { title: 'Step', description: 'One application of a role.' },
);
const proof = closed(
  {
    scope: text('Scope', 'The scope that is needed.'),
    held: text(
      'Held',
      'Where the chain begins: a scope that was given to the subject itself, or `assume:anonymous`, which everybody holds.',
    ),
    steps: list(step, { title: 'Steps', description: 'The roles that lead from there to the scope that satisfies; as few as possible.' }),
    by: text('By', 'The scope that satisfies: the last one that was granted, or `held` itself.'),
    withheld: Type.Optional(
      Type.Boolean({
        title: 'Withheld',
        description: 'True when a role takes part that the caller may not read; no steps are shown then.',
      }),
    ),
  },
  { title: 'Proof', description: 'Why one scope is satisfied.' },
);
const grant = closed(
  {
    scopes: texts('Scopes', 'The fewest scopes that would be enough.'),
    roles: Type.Optional(
      list(
        closed(
          {
            roleId: text('Role id', 'The role.'),
            assume: text('Assume', 'The scope to grant for it.'),
            gives: count('Gives', 'How many scopes come with it.'),
          },
          { title: 'Role', description: 'A role that carries all of the scopes already.' },
        ),
        {
          title: 'Roles',
          description: 'Roles that carry them already, the narrowest first, at most five. Only for callers with `auth:list-roles`.',
        },
      ),
    ),
  },
  { title: 'Grant', description: 'The smallest grant that would satisfy. Absent when nothing is missing, or nothing would help.' },
);

const explanation = {
  satisfied: Type.Boolean({ title: 'Satisfied', description: 'Whether the scopes are enough.' }),
  proofs: list(proof, { title: 'Proofs', description: 'Why: one proof for each scope that is needed and there.' }),
  missing: Type.Optional(Expression('Missing', 'What is missing; absent when nothing is.')),
  grant: Type.Optional(grant),
  unusable: Type.Optional(
    oneOfWords(['disabled', 'expired'], {
      title: 'Unusable',
      description: 'The client is refused whatever its scopes are, because it is disabled or has expired.',
    }),
  ),
} as const;

export const ExplainScopesResponse = closed(explanation, {
  title: 'Answer about scopes',
  description: 'Whether somebody satisfies a scope expression, and why, or what would help.',
});
export type ExplainScopesResponse = Static<typeof ExplainScopesResponse>;

export const CheckCallRequest = closed(
  {
    ...subject,
    service: text('Service', 'The service, e.g. `queue`.'),
    method: text('Method', 'The method, e.g. `createTask`.'),
    params: Type.Optional(
      anyObject({
        title: 'Parameters',
        description: 'The parameters of the route, and those of the scope expression that cannot be taken from the route or the payload.',
      }),
    ),
    payload: Type.Optional(anyObject({ title: 'Payload', description: 'The body that the call would have.' })),
  },
  { title: 'Question about a call', description: 'Whether somebody may make one call. The call is not made.' },
);
export type CheckCallRequest = Static<typeof CheckCallRequest>;

const need = closed(
  {
    name: text('Name', 'The name under which to give it in `params`.'),
    kind: oneOfWords(['text', 'list', 'flag'], { title: 'Kind', description: 'A text, a list of texts, or true or false.' }),
    from: text('From', 'Where the service itself would take it from.'),
  },
  { title: 'Need', description: 'A parameter that is not known yet.' },
);
export const CheckCallResponse = closed(
  {
    decided: Type.Boolean({ title: 'Decided', description: 'False when parameters are missing; `needs` lists them.' }),
    needs: Type.Optional(list(need, { title: 'Needs', description: 'What has to be known before the question can be answered.' })),
    required: Type.Optional(Expression('Required', 'What the call needs; absent when anybody may make it.')),
    ...explanation,
    satisfied: Type.Optional(explanation.satisfied),
  },
  { title: 'Answer about a call', description: 'Whether somebody may make a call, and why, or what would help.' },
);
export type CheckCallResponse = Static<typeof CheckCallResponse>;

export const RoleImpactRequest = closed(
  {
    roleId: RoleName,
    scopes: Type.Optional(list(ScopeText, { title: 'Scopes', description: 'What the role would have.', maxItems: 10_000 })),
    delete: Type.Optional(Type.Boolean({ title: 'Delete', description: 'True: the role would be deleted.' })),
  },
  { title: 'Intended change of a role', description: 'The role with these scopes, or without the role. Nothing is changed.' },
);
export type RoleImpactRequest = Static<typeof RoleImpactRequest>;

const difference = {
  gained: texts('Gained', 'Scopes that were not satisfied before; at most 100.'),
  lost: texts('Lost', 'Scopes that would not be satisfied any more; at most 100.'),
  gainedCount: count('Gained count', 'How many were gained in all.'),
  lostCount: count('Lost count', 'How many were lost in all.'),
} as const;
export const RoleImpactResponse = closed(
  {
    valid: Type.Boolean({ title: 'Valid', description: 'Whether the change would be accepted.' }),
    exists: Type.Boolean({ title: 'Exists', description: 'Whether there is such a role now.' }),
    problem: Type.Optional(
      closed(
        {
          kind: oneOfWords(['cycle', 'scope'], { title: 'Kind', description: 'A circle of roles, or a scope that cannot be stored.' }),
          message: text('Message', 'What is wrong, and what to do.'),
          cycle: Type.Optional(texts('Cycle', 'The roles of the circle; the last one leads back to the first.')),
          scope: Type.Optional(text('Scope', 'The scope that is wrong.')),
        },
        { title: 'Problem', description: 'Why the change would be refused.' },
      ),
    ),
    everybody: Type.Optional(
      closed(difference, { title: 'Everybody', description: 'What every caller would gain or lose, signed in or not.' }),
    ),
    changes: list(
      closed(
        {
          kind: oneOfWords(['role', 'client'], { title: 'Kind', description: 'What kind of thing it is.' }),
          id: text('Id', 'Its name.'),
          ...difference,
        },
        { title: 'Change', description: 'What one role or client would gain and lose.' },
      ),
      { title: 'Changes', description: 'Roles, then clients, in the order of their ids. A page may be short, or empty, before the last.' },
    ),
    continuationToken: ContinuationToken,
  },
  { title: 'Impact', description: 'Who would gain or lose what.' },
);
export type RoleImpactResponse = Static<typeof RoleImpactResponse>;

const state = (title: string, description: string) => Type.Optional(anyObject({ title, description }));
export const EntityChangesResponse = closed(
  {
    changes: list(
      closed(
        {
          clientId: text('Client id', 'Who did it.'),
          actionType: text('Action', 'What was done, for instance `created` or `client disabled`.'),
          created: timestamp('Created', 'When it was done.'),
          before: state('Before', 'The client or role as it was, never with a token. Absent when there was none, or none of it changed.'),
          after: state('After', 'As it is since then.'),
        },
        { title: 'Change', description: 'One action.' },
      ),
      { title: 'Changes', description: 'Actions, the oldest first.' },
    ),
    continuationToken: ContinuationToken,
  },
  { title: 'Changes', description: 'What became of a client or role.' },
);
export type EntityChangesResponse = Static<typeof EntityChangesResponse>;
