import type { Loop } from '@taskcluster/loop';
import { accessChanged } from '../access.ts';
import { kept } from '../clients/record.ts';
import type { AuthService } from '../service.ts';
import { deleteOldActions, recordActions } from '../store/audit.ts';
import { forgetRemovals, lockAccess } from '../store/changes.ts';
import { anyExpiredClient, deleteExpiredClients } from '../store/clients.ts';

/** Who the history says it was. */
const me = 'static/taskcluster/auth';
const hourMs = 3_600_000;
const auditDays = 30;
/** A cache that was away for longer reads everything again. */
const removalDays = 1;

/** Deletes clients that expired and asked for it (auth.md, section 9). No message: nobody could use them any more. */
export const expiredClients: Loop<AuthService> = {
  name: 'expired clients',
  idleMs: () => hourMs,
  batch: 500,
  step: async ({ db }, batch) => {
    if (!(await anyExpiredClient(db))) return 0;
    return db.tx(async (tx) => {
      await lockAccess(tx);
      const gone = await deleteExpiredClients(tx, batch);
      if (gone.length === 0) return 0;
      const of = (client: (typeof gone)[number]) =>
        ({ entityType: 'client', entityId: client.clientId, clientId: me, action: 'expired', before: kept(client) }) as const;
      await recordActions(tx, gone.map(of));
      tx.wake(accessChanged);
      return gone.length;
    });
  },
};

/** Deletes history older than 30 days, and forgets removals that every cache has seen. */
export const oldHistory: Loop<AuthService> = {
  name: 'old audit history',
  idleMs: () => hourMs,
  batch: 1_000,
  step: async ({ db }, batch) => {
    await forgetRemovals(db, removalDays);
    return deleteOldActions(db, auditDays, batch);
  },
};
