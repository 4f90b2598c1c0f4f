import { cut, encodeToken, type Handlers, offsetIn, pageLimit } from '@taskcluster/api';
import type { auth } from '@taskcluster/contracts';
import type { AuthService } from './service.ts';
import { actionsOf, changesOf, type Entry, historyOf } from './store/audit.ts';

export const auditHandlers: Pick<Handlers<typeof auth, AuthService>, 'getEntityHistory' | 'listAuditHistory' | 'entityChanges'> = {
  getEntityHistory: async ({ db }, { params, query }) => {
    const limit = pageLimit(query.limit);
    const entity = { type: params.entityType, id: params.entityId };
    return shown(await historyOf(db, entity, { after: offsetIn(query.continuationToken), limit: limit + 1 }), limit);
  },

  listAuditHistory: async ({ db }, { params, query }) => {
    const limit = pageLimit(query.limit);
    return shown(await actionsOf(db, params.clientId, { after: offsetIn(query.continuationToken), limit: limit + 1 }), limit);
  },

  entityChanges: async ({ db }, { params, query }) => {
    const limit = pageLimit(query.limit);
    const entity = { type: params.entityType, id: params.entityId };
    const rows = await changesOf(db, entity, { after: offsetIn(query.continuationToken), limit: limit + 1 });
    const { page, next } = cut(rows, limit, tokenOf);
    return {
      changes: page.map(({ clientId, actionType, created, before, after }) => ({
        clientId,
        actionType,
        created,
        ...(before ? { before } : {}),
        ...(after ? { after } : {}),
      })),
      ...next,
    };
  },
};

const tokenOf = ({ id }: { readonly id: number }) => encodeToken([id]);

const shown = (rows: readonly Entry[], limit: number) => {
  const { page, next } = cut(rows, limit, tokenOf);
  return { auditHistory: page.map(({ id: _, ...entry }) => entry), ...next };
};
