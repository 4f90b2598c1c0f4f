import type { Handlers } from '@taskcluster/api';
import type { auth } from '@taskcluster/contracts';
import { encodePlace, numberPlace, pageLimit } from './page.ts';
import type { AuthService } from './service.ts';
import { actionsOf, changesOf, type Entry, historyOf } from './store/audit.ts';

export const auditHandlers: Pick<Handlers<typeof auth, AuthService>, 'getEntityHistory' | 'listAuditHistory' | 'entityChanges'> = {
  getEntityHistory: async ({ db }, { params, query }) => {
    const limit = pageLimit(query.limit);
    const entity = { type: params.entityType, id: params.entityId };
    return shown(await historyOf(db, entity, { after: numberPlace(query.continuationToken), limit: limit + 1 }), limit);
  },

  listAuditHistory: async ({ db }, { params, query }) => {
    const limit = pageLimit(query.limit);
    return shown(await actionsOf(db, params.clientId, { after: numberPlace(query.continuationToken), limit: limit + 1 }), limit);
  },

  entityChanges: async ({ db }, { params, query }) => {
    const limit = pageLimit(query.limit);
    const entity = { type: params.entityType, id: params.entityId };
    const rows = await changesOf(db, entity, { after: numberPlace(query.continuationToken), limit: limit + 1 });
    const page = rows.slice(0, limit);
    return {
      changes: page.map(({ clientId, actionType, created, before, after }) => ({
        clientId,
        actionType,
        created,
        ...(before ? { before } : {}),
        ...(after ? { after } : {}),
      })),
      ...nextPage(rows, limit),
    };
  },
};

const shown = (rows: readonly Entry[], limit: number) => {
  return { auditHistory: rows.slice(0, limit).map(({ id: _, ...entry }) => entry), ...nextPage(rows, limit) };
};

const nextPage = (rows: readonly { readonly id: number }[], limit: number) => {
  const last = rows[limit - 1];
  return rows.length > limit && last ? { continuationToken: encodePlace(last.id) } : {};
};
