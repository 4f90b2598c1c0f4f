import type { Handlers } from '@taskcluster/api';
import type { auth } from '@taskcluster/contracts';
import { encodePlace, numberPlace, pageLimit } from './page.ts';
import type { AuthService } from './service.ts';
import { actionsOf, type Entry, historyOf } from './store/audit.ts';

export const auditHandlers: Pick<Handlers<typeof auth, AuthService>, 'getEntityHistory' | 'listAuditHistory'> = {
  getEntityHistory: async ({ db }, { params, query }) => {
    const limit = pageLimit(query.limit);
    const entity = { type: params.entityType, id: params.entityId };
    return shown(await historyOf(db, entity, { after: numberPlace(query.continuationToken), limit: limit + 1 }), limit);
  },

  listAuditHistory: async ({ db }, { params, query }) => {
    const limit = pageLimit(query.limit);
    return shown(await actionsOf(db, params.clientId, { after: numberPlace(query.continuationToken), limit: limit + 1 }), limit);
  },
};

const shown = (rows: readonly Entry[], limit: number) => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    auditHistory: page.map(({ id: _, ...entry }) => entry),
    ...(rows.length > limit && last ? { continuationToken: encodePlace(last.id) } : {}),
  };
};
