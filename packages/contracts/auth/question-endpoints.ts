import { get, post } from '../contract.ts';
import { paging } from '../identifiers.ts';

import {
  aboutSubject,
  CheckCallRequest,
  CheckCallResponse,
  EntityChangesResponse,
  ExplainScopesRequest,
  ExplainScopesResponse,
  RoleImpactRequest,
  RoleImpactResponse,
} from './questions.ts';

const category = 'Scopes and Auth';

/** Questions about who may do what, and why. Methods of our own beside the v1 API; none of them changes anything. */
export const questionEndpoints = {
  explainScopes: post('/scopes/explain', {
    title: 'Explain scopes',
    description:
      'Whether a client, a role, a set of scopes or the caller satisfies a scope expression. If so, the shortest chain of roles that leads ' +
      'there; if not, what is missing and the smallest grant that would help. Roles that the caller may not read are not shown.',
    category,
    scopes: aboutSubject,
    input: ExplainScopesRequest,
    output: ExplainScopesResponse,
    unpublished: true,
  }),
  checkCall: post('/scopes/check', {
    title: 'Check a call',
    description:
      'Whether a client, a role, a set of scopes or the caller may call a method with these parameters and this payload. ' +
      'The call is not made, and nothing that is stored is looked at: what the scopes depend on has to be given.',
    category,
    scopes: aboutSubject,
    input: CheckCallRequest,
    output: CheckCallResponse,
    unpublished: true,
  }),
  roleImpact: post('/scopes/impact', {
    title: 'Impact of a change of a role',
    description:
      'What would follow if a role had these scopes, or were deleted: whether that is valid, and which roles and clients would gain and lose ' +
      'what. Nothing is changed.',
    category,
    scopes: { AllOf: ['auth:list-roles', 'auth:list-clients'] },
    query: paging,
    input: RoleImpactRequest,
    output: RoleImpactResponse,
    unpublished: true,
  }),
  entityChanges: get('/audit/:entityType/:entityId/changes', {
    title: 'Changes of a client or role',
    description: 'Who changed a client or role in the last 30 days, and how it was before and after, the oldest first. Never a token.',
    category: 'Audit',
    scopes: { AllOf: ['auth:audit-history:<entityType>', 'auth:get-<entityType>:<entityId>'] },
    params: { entityType: /^(?:client|role)$/ },
    query: paging,
    output: EntityChangesResponse,
    unpublished: true,
  }),
} as const;
