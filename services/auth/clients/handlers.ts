import { checkedToken, cut, encodeToken, type Handlers, pageLimit, textsIn } from '@taskcluster/api';
import type { auth } from '@taskcluster/contracts';
import { randomUUID } from 'node:crypto';
import { instant, refuseDoubleStars, refuseLongId, storable } from '../input.ts';
import type { AuthService } from '../service.ts';
import * as store from '../store/clients.ts';
import { conflictUnlessSame } from './create.ts';
import { change } from './change.ts';
import { kept, notFound, publish, refuseStatic, shown } from './record.ts';

type Methods =
  | 'listClients'
  | 'client'
  | 'createClient'
  | 'updateClient'
  | 'resetAccessToken'
  | 'enableClient'
  | 'disableClient'
  | 'deleteClient';

const slug = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
/** 244 random bits in 44 characters (auth.md, section 2). */
const newToken = () => slug() + slug();

const updated = (clientId: string) => publish.clientUpdated({ key: {}, payload: { version: 1, clientId } });

export const clientHandlers: Pick<Handlers<typeof auth, AuthService>, Methods> = {
  listClients: async (service, { query }) => {
    const limit = pageLimit(query.limit);
    const [after = ''] = textsIn(checkedToken(query.continuationToken), 1);
    const rows = await store.listClients(service.db, { prefix: query.prefix ?? '', after, limit: limit + 1 });
    const { page, next } = cut(rows, limit, ({ clientId }) => encodeToken([clientId]));
    return { clients: page.map((row) => shown(service, row)), ...next };
  },

  client: async (service, { params: { clientId } }) => {
    const found = await store.findClient(service.db, clientId);
    if (!found) throw notFound(clientId);
    return shown(service, found);
  },

  createClient: async (service, { params: { clientId }, body, caller }) => {
    const { scopes = [], deleteOnExpiration = false } = body;
    refuseStatic(clientId);
    refuseDoubleStars(scopes);
    caller.authorize({ clientId, scopes });
    refuseLongId(clientId);
    const wanted = { clientId, description: storable(body.description), expires: instant(body.expires), scopes, deleteOnExpiration };
    const { cipher } = service;
    const { client, accessToken } = await change(service, async (tx, leave) => {
      const token = newToken();
      const inserted = await store.insertClient(tx, { ...wanted, encryptedToken: cipher.encrypt(clientId, token) });
      const result = inserted
        ? { client: inserted, accessToken: token }
        : conflictUnlessSame(await store.findClient(tx, clientId), wanted, cipher);
      await leave({
        action: { entityType: 'client', entityId: clientId, clientId: caller.clientId, action: 'created', after: kept(result.client) },
        message: publish.clientCreated({ key: {}, payload: { version: 1, clientId } }),
      });
      return result;
    });
    return { ...shown(service, client), accessToken };
  },

  updateClient: async (service, { params: { clientId }, body, caller }) => {
    refuseStatic(clientId);
    refuseDoubleStars(body.scopes);
    /** Refuses unless the client is there and the caller holds what is new to it. */
    const authorized = (existing: store.StoredClient | undefined): store.StoredClient => {
      if (!existing) throw notFound(clientId);
      const had = new Set(existing.scopes);
      caller.authorize({ clientId, scopesAdded: (body.scopes ?? []).filter((scope) => !had.has(scope)) });
      return existing;
    };
    // Before the lock, so that nobody without scopes can hold up writers; and again under it, because the client may have changed.
    authorized(await store.findClient(service.db, clientId));
    const values = { description: storable(body.description), expires: instant(body.expires) };
    const client = await change(service, async (tx, leave) => {
      const before = authorized(await store.findClient(tx, clientId));
      const scopes = body.scopes ?? before.scopes;
      const row = await store.updateClient(tx, { clientId, ...values, scopes, deleteOnExpiration: body.deleteOnExpiration ?? false });
      if (!row) throw notFound(clientId);
      const entity = { entityType: 'client', entityId: clientId, clientId: caller.clientId, action: 'updated' } as const;
      await leave({ action: { ...entity, before: kept(before), after: kept(row) }, message: updated(clientId) });
      return row;
    });
    return shown(service, client);
  },

  resetAccessToken: async (service, { params: { clientId }, caller }) => {
    refuseStatic(clientId);
    const accessToken = newToken();
    const client = await change(service, async (tx, leave) => {
      const row = await store.setToken(tx, clientId, service.cipher.encrypt(clientId, accessToken));
      if (!row) throw notFound(clientId);
      const action = { entityType: 'client', entityId: clientId, clientId: caller.clientId, action: 'access token reset' } as const;
      await leave({ action, message: updated(clientId) });
      return row;
    });
    return { ...shown(service, client), accessToken };
  },

  enableClient: async (service, { params, caller }) => switched(service, { ...params, by: caller.clientId, disabled: false }),
  disableClient: async (service, { params, caller }) => switched(service, { ...params, by: caller.clientId, disabled: true }),

  deleteClient: async (service, { params: { clientId }, caller }) => {
    refuseStatic(clientId);
    refuseLongId(clientId);
    await change(service, async (tx, leave) => {
      const before = await store.deleteClient(tx, clientId);
      const entity = { entityType: 'client', entityId: clientId, clientId: caller.clientId, action: 'deleted' } as const;
      await leave({
        action: { ...entity, before: before && kept(before) },
        message: publish.clientDeleted({ key: {}, payload: { version: 1, clientId } }),
      });
    });
    return undefined;
  },
};

interface Switch {
  readonly clientId: string;
  readonly by: string;
  readonly disabled: boolean;
}

const switched = async (service: AuthService, { clientId, by, disabled }: Switch) => {
  refuseStatic(clientId);
  const client = await change(service, async (tx, leave) => {
    const before = await store.findClient(tx, clientId);
    const row = await store.setDisabled(tx, clientId, disabled);
    if (!before || !row) throw notFound(clientId);
    const entity = { entityType: 'client', entityId: clientId, clientId: by } as const;
    const action = disabled ? 'client disabled' : 'client enabled';
    await leave({ action: { ...entity, action, before: kept(before), after: kept(row) }, message: updated(clientId) });
    return row;
  });
  return shown(service, client);
};
