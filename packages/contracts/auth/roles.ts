import { Type } from 'typebox';
import type { Static } from 'typebox';

import { del, get, named, post, put } from '../contract.ts';
import { paging, patterns, ScopeText } from '../identifiers.ts';
import { closed, list, timestamp } from '../schema.ts';

import { ContinuationToken } from './clients.ts';

const Description = Type.String({ title: 'Description', description: 'What the role is for, in Markdown.', maxLength: 10_240 });

export const CreateRoleRequest = named(
  'auth/v1/create-role-request',
  closed(
    {
      description: Description,
      scopes: list(ScopeText, {
        title: 'Scopes',
        description: 'What the role gives; `<..>` stands for the rest of the assumed name if the role’s id ends with a star.',
        uniqueItems: true,
      }),
    },
    { title: 'Role definition', description: 'What a role is to be.' },
  ),
);
export type CreateRoleRequest = Static<typeof CreateRoleRequest>;

export const GetRoleResponse = named(
  'auth/v1/get-role-response',
  closed(
    {
      roleId: Type.String({
        title: 'Role id',
        description: 'The name of the role. A star at its end stands for any continuation.',
        pattern: patterns.printable,
      }),
      description: Description,
      scopes: list(ScopeText, { title: 'Scopes', description: 'What the role was given, in order.', uniqueItems: false }),
      expandedScopes: list(ScopeText, {
        title: 'Expanded scopes',
        description: 'What whoever has the role may do: what it was given, what the roles in that give, and `assume:` with its own name.',
        uniqueItems: true,
      }),
      created: timestamp('Created', 'When the role was created.'),
      lastModified: timestamp('Last modified', 'When the role was last changed.'),
    },
    { title: 'Role', description: 'Scopes under a name.' },
  ),
);
export type GetRoleResponse = Static<typeof GetRoleResponse>;

const inOrder = 'Roles in the order of their ids.';
export const ListRolesResponse = named(
  'auth/v1/list-roles-response',
  list(GetRoleResponse, { title: 'Roles', description: inOrder, uniqueItems: true }),
);
export const ListRoles2Response = named(
  'auth/v1/list-roles2-response',
  closed(
    {
      roles: list(GetRoleResponse, { title: 'Roles', description: inOrder, uniqueItems: true }),
      continuationToken: ContinuationToken,
    },
    { title: 'Roles', description: 'One page of roles.' },
  ),
);
export const ListRoleIdsResponse = named(
  'auth/v1/list-role-ids-response',
  closed(
    {
      roleIds: list(Type.String({ title: 'Role id', description: 'The name of a role.' }), {
        title: 'Role ids',
        description: 'Names of roles, in order.',
        uniqueItems: true,
      }),
      continuationToken: ContinuationToken,
    },
    { title: 'Role ids', description: 'One page of names of roles.' },
  ),
);

const roles = { category: 'Roles', stability: 'stable' } as const;

/** Roles: scopes under a name. */
export const roleEndpoints = {
  listRoles: get('/roles/', {
    title: 'List all roles',
    description: 'All roles at once. `listRoles2` answers them in pages.',
    ...roles,
    scopes: 'auth:list-roles',
    output: ListRolesResponse,
  }),
  listRoles2: get('/roles2/', {
    title: 'List roles',
    description: 'The roles in pages of `limit`; all of them without it.',
    ...roles,
    scopes: 'auth:list-roles',
    query: paging,
    output: ListRoles2Response,
  }),
  listRoleIds: get('/roleids/', {
    title: 'List role ids',
    description: 'The names of the roles in pages of `limit`; all of them without it.',
    ...roles,
    scopes: 'auth:list-roles',
    query: paging,
    output: ListRoleIdsResponse,
  }),
  role: get('/roles/:roleId', {
    title: 'Get a role',
    description: 'One role, with everything that it comes to.',
    ...roles,
    scopes: 'auth:get-role:<roleId>',
    output: GetRoleResponse,
  }),
  createRole: put('/roles/:roleId', {
    title: 'Create a role',
    description:
      'Makes a role. The caller must hold every scope that it gives. Roles that would give each other in a circle are refused. ' +
      'The same request may be repeated; a different one for the same role is a conflict.',
    ...roles,
    scopes: { AllOf: ['auth:create-role:<roleId>', { for: 'scope', in: 'scopes', each: '<scope>' }] },
    input: CreateRoleRequest,
    output: GetRoleResponse,
  }),
  updateRole: post('/roles/:roleId', {
    title: 'Update a role',
    description:
      'Replaces description and scopes. The caller must hold the scopes that the role did not come to before. ' +
      'Roles that would give each other in a circle are refused.',
    ...roles,
    scopes: { AllOf: ['auth:update-role:<roleId>', { for: 'scope', in: 'scopesAdded', each: '<scope>' }] },
    input: CreateRoleRequest,
    output: GetRoleResponse,
  }),
  deleteRole: del('/roles/:roleId', {
    title: 'Delete a role',
    description: 'Deletes the role, if there is one.',
    ...roles,
    scopes: 'auth:delete-role:<roleId>',
  }),
} as const;
