import { del, get, post, put } from '../contract.ts';
import { paging, patterns } from '../identifiers.ts';

import { CreateClientRequest, CreateClientResponse, GetClientResponse, GetEntityHistoryResponse, ListClientsResponse } from './clients.ts';

const clients = { category: 'Clients', stability: 'stable' } as const;
const audit = { category: 'Audit', stability: 'stable' } as const;

/** Clients, and the record of who changed what. */
export const clientEndpoints = {
  listClients: get('/clients/', {
    title: 'List clients',
    description:
      'All clients, or those whose id begins with `prefix`, in the order of their ids. Expired and disabled ones are among them.',
    ...clients,
    scopes: 'auth:list-clients',
    query: { prefix: new RegExp(patterns.clientId), ...paging },
    output: ListClientsResponse,
  }),
  client: get('/clients/:clientId', {
    title: 'Get a client',
    description: 'Everything about one client but its access token.',
    ...clients,
    scopes: 'auth:get-client:<clientId>',
    output: GetClientResponse,
  }),
  createClient: put('/clients/:clientId', {
    title: 'Create a client',
    description:
      'Makes a client and its access token, which is shown in this reply only. The caller must hold every scope that the client gets. ' +
      'The same request may be repeated for 15 minutes and answers the same token; a different one is a conflict.',
    ...clients,
    scopes: { AllOf: ['auth:create-client:<clientId>', { for: 'scope', in: 'scopes', each: '<scope>' }] },
    input: CreateClientRequest,
    output: CreateClientResponse,
  }),
  resetAccessToken: post('/clients/:clientId/reset', {
    title: 'Replace an access token',
    description: 'Makes a new access token, shown in this reply only. The former one, and what was derived from it, stops working.',
    ...clients,
    scopes: 'auth:reset-access-token:<clientId>',
    output: CreateClientResponse,
  }),
  updateClient: post('/clients/:clientId', {
    title: 'Update a client',
    description:
      'Replaces description, expiry and scopes; scopes that are left out of the request stay as they are. ' +
      'The caller must hold the scopes that are new to the client. The access token stays.',
    ...clients,
    scopes: { AllOf: ['auth:update-client:<clientId>', { for: 'scope', in: 'scopesAdded', each: '<scope>' }] },
    input: CreateClientRequest,
    output: GetClientResponse,
  }),
  enableClient: post('/clients/:clientId/enable', {
    title: 'Enable a client',
    description: 'Lets a disabled client work again. It may be repeated.',
    ...clients,
    scopes: 'auth:enable-client:<clientId>',
    output: GetClientResponse,
  }),
  disableClient: post('/clients/:clientId/disable', {
    title: 'Disable a client',
    description: 'Refuses the client, and the temporary credentials that it issued, until it is enabled again. It may be repeated.',
    ...clients,
    scopes: 'auth:disable-client:<clientId>',
    output: GetClientResponse,
  }),
  deleteClient: del('/clients/:clientId', {
    title: 'Delete a client',
    description: 'Deletes the client, if there is one. Roles stay as they are.',
    ...clients,
    scopes: 'auth:delete-client:<clientId>',
  }),
  getEntityHistory: get('/audit/:entityType/:entityId', {
    title: 'History of one thing',
    description: 'What was done to one client, role, secret, hook or worker pool in the last 30 days, the oldest first.',
    ...audit,
    scopes: 'auth:audit-history:<entityType>',
    query: paging,
    output: GetEntityHistoryResponse,
  }),
  listAuditHistory: get('/clients/:clientId/audit', {
    title: 'History of one client’s actions',
    description: 'What one client did in the last 30 days, the oldest first.',
    ...audit,
    scopes: 'auth:client-audit-history:<clientId>',
    query: paging,
    output: GetEntityHistoryResponse,
  }),
} as const;
