import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import type { Exchange } from '../contract.ts';
import { patterns } from '../identifiers.ts';
import { closed } from '../schema.ts';

const version = Type.Enum([1], { type: 'integer', title: 'Version', description: 'The version of the message format.' });

export const ClientMessage = named(
  'auth/v1/client-message',
  closed(
    { version, clientId: Type.String({ title: 'Client id', description: 'The client that changed.', pattern: patterns.clientId }) },
    { title: 'Client changed', description: 'Something about a client changed; ask for the client to learn what.' },
  ),
);
export type ClientMessage = Static<typeof ClientMessage>;

export const RoleMessage = named(
  'auth/v1/role-message',
  closed(
    { version, roleId: Type.String({ title: 'Role id', description: 'The role that changed.', pattern: patterns.printable }) },
    { title: 'Role changed', description: 'Something about a role changed; ask for the role to learn what.' },
  ),
);
export type RoleMessage = Static<typeof RoleMessage>;

const routingKey = [
  { name: 'reserved', summary: 'Nothing yet: messages come with the key `_`. Bind with `#`.', multipleWords: true, required: false },
] as const;

const about = (what: 'client' | 'role', event: 'created' | 'updated' | 'deleted', description: string) => ({
  exchange: `${what}-${event}`,
  title: `${what === 'client' ? 'Client' : 'Role'} ${event}`,
  description,
  routingKey,
  schema: what === 'client' ? ClientMessage : RoleMessage,
});

/** What auth announces. */
export const exchanges = {
  clientCreated: about('client', 'created', 'A client was created. A repeated request announces it again.'),
  clientUpdated: about('client', 'updated', 'A client was changed, enabled or disabled, or has a new access token.'),
  clientDeleted: about('client', 'deleted', 'A client was deleted, or was not there when somebody asked for that.'),
  roleCreated: about('role', 'created', 'A role was created. A repeated request announces it again.'),
  roleUpdated: about('role', 'updated', 'A role was changed.'),
  roleDeleted: about('role', 'deleted', 'A role was deleted, or was not there when somebody asked for that.'),
} as const satisfies Readonly<Record<string, Exchange>>;
