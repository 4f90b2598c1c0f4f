import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { patterns, ScopeText } from '../identifiers.ts';
import { closed, list, timestamp } from '../schema.ts';

const Description = Type.String({ title: 'Description', description: 'What the client is for, in Markdown.', maxLength: 10_240 });
const DeleteOnExpiration = { title: 'Delete on expiration', description: 'Whether the client is deleted some time after it expires.' };
const expires = timestamp('Expires', 'When the client stops working.');

export const CreateClientRequest = named(
  'auth/v1/create-client-request',
  closed(
    {
      description: Description,
      expires,
      scopes: Type.Optional(
        list(ScopeText, { title: 'Scopes', description: 'What the client may do; each is one that the caller holds.', uniqueItems: true }),
      ),
      deleteOnExpiration: Type.Optional(Type.Boolean({ ...DeleteOnExpiration, default: false })),
    },
    { title: 'Client definition', description: 'What a client is to be. Without scopes: none at first, and no change later.' },
  ),
);
export type CreateClientRequest = Static<typeof CreateClientRequest>;

const scopesOf = (title: string, description: string) => list(ScopeText, { title, description, uniqueItems: true });
const properties = {
  clientId: Type.String({ title: 'Client id', description: 'The name of the client.', pattern: patterns.clientId }),
  description: Description,
  expires,
  created: timestamp('Created', 'When the client was created.'),
  lastModified: timestamp('Last modified', 'When anything about the client was last changed.'),
  lastDateUsed: timestamp('Last used', 'When the client was last used, to within six hours.'),
  lastRotated: timestamp('Last rotated', 'When the access token was made.'),
  scopes: list(ScopeText, {
    title: 'Scopes',
    description: 'What the client was given, in the order in which it was given.',
    uniqueItems: true,
    default: [],
  }),
  expandedScopes: scopesOf('Expanded scopes', 'What the client may do, its roles included and those of `anonymous` left out.'),
  disabled: Type.Boolean({ title: 'Disabled', description: 'Whether the client is refused until somebody enables it.' }),
  deleteOnExpiration: Type.Boolean(DeleteOnExpiration),
} as const;

export const GetClientResponse = named(
  'auth/v1/get-client-response',
  closed(properties, { title: 'Client', description: 'Everything about a client but its access token.' }),
);
export type GetClientResponse = Static<typeof GetClientResponse>;

export const CreateClientResponse = named(
  'auth/v1/create-client-response',
  closed(
    {
      ...properties,
      accessToken: Type.String({
        title: 'Access token',
        description: 'Signs the requests of the client. It is shown here and never again.',
        pattern: '^[a-zA-Z0-9_-]{22,66}$',
      }),
    },
    { title: 'Client with access token', description: 'A client whose access token was just made.' },
  ),
);
export type CreateClientResponse = Static<typeof CreateClientResponse>;

export const ContinuationToken = Type.Optional(
  Type.String({
    title: 'Continuation token',
    description: 'Give it with the next request to get the next page. Absent: this was the last.',
  }),
);

export const ListClientsResponse = named(
  'auth/v1/list-clients-response',
  closed(
    {
      clients: list(GetClientResponse, { title: 'Clients', description: 'Clients in the order of their ids.', uniqueItems: true }),
      continuationToken: ContinuationToken,
    },
    { title: 'Clients', description: 'One page of clients.' },
  ),
);
export type ListClientsResponse = Static<typeof ListClientsResponse>;

const entry = closed(
  {
    clientId: Type.String({ title: 'Client id', description: 'Who did it.' }),
    actionType: Type.String({ title: 'Action', description: 'What was done, for instance `created` or `client disabled`.' }),
    created: timestamp('Created', 'When it was done.'),
    entityId: Type.String({ title: 'Entity id', description: 'What it was done to.' }),
    entityType: Type.String({ title: 'Entity type', description: 'What kind of thing that is.' }),
  },
  { title: 'Entry', description: 'One action.' },
);

export const GetEntityHistoryResponse = named(
  'auth/v1/get-entity-history-response',
  closed(
    {
      auditHistory: list(entry, { title: 'Audit history', description: 'Actions, the oldest first.' }),
      continuationToken: ContinuationToken,
    },
    { title: 'Audit history', description: 'Who did what, and when.' },
  ),
);
export type GetEntityHistoryResponse = Static<typeof GetEntityHistoryResponse>;
