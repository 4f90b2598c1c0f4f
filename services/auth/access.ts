import type { Database } from '@taskcluster/db';
import type { Authority, HawkClient } from '@taskcluster/hawk';
import type { Log } from '@taskcluster/log';
import { RoleExpander } from '@taskcluster/scopes';
import { accessVersion, allClients, allRoles } from './store/clients.ts';
import type { TokenCipher } from './token-cipher.ts';

/** The wake-up channel on which changes of clients and roles are announced. */
export const accessChanged = 'auth.access';

/** Clients and roles in memory: every process answers "who is this, and what may they do" without asking anybody. */
export interface Access {
  readonly authority: Authority;
  /** Reads what changed, when anything did. Answers when this process knows it. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

// The net under notifications: a revocation is effective within a second also when one was lost.
const checkEveryMs = 500;

export interface AccessOptions {
  readonly db: Database;
  readonly cipher: TokenCipher;
  readonly log: Log;
  readonly now: () => number;
}

/** Loads clients and roles and keeps them current until `close`. */
export const openAccess = async ({ db, cipher, log, now }: AccessOptions): Promise<Access> => {
  let version = -1;
  let clients = new Map<string, HawkClient>();
  let roles = new RoleExpander([]);
  let reading: Promise<void> | undefined;

  const read = async () => {
    // The version first: a change between the reads is seen as a newer version at the next check.
    const current = await accessVersion(db);
    if (current === version) return;
    const [clientRows, roleRows] = await Promise.all([allClients(db), allRoles(db)]);
    clients = new Map(
      clientRows.map((row) => [
        row.clientId,
        { ...row, accessToken: cipher.decrypt(row.clientId, row.accessToken), expires: new Date(row.expires) },
      ]),
    );
    roles = new RoleExpander(roleRows);
    version = current;
  };
  const refresh = async (): Promise<void> => {
    await reading?.catch(() => {});
    reading ??= read().finally(() => (reading = undefined));
    await reading;
  };
  const check = () =>
    void refresh().catch((err: unknown) => log.error({ err }, 'clients and roles cannot be read; the last known ones stay in force'));

  await refresh();
  const off = db.wakeups.on(accessChanged, check);
  const timer = setInterval(check, checkEveryMs).unref();
  return {
    authority: { findClient: (id) => clients.get(id), expand: (scopes) => roles.expand(scopes), now },
    refresh,
    close: async () => {
      clearInterval(timer);
      off();
      await reading?.catch(() => {});
    },
  };
};
