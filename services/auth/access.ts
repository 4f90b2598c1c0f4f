import type { Database, Queryable } from '@taskcluster/db';
import type { Authority, HawkClient } from '@taskcluster/hawk';
import type { Log } from '@taskcluster/log';
import type { RoleExpander, RoleIndex } from '@taskcluster/scopes';
import { type AccessState, createAccessState } from './access-state.ts';
import { trackUse } from './last-used.ts';
import { accessVersion, clientsSince, removedSince, rolesSince } from './store/changes.ts';
import type { TokenCipher } from './token-cipher.ts';

/** The wake-up channel on which changes of clients and roles are announced. */
export const accessChanged = 'auth.access';

/** Clients and roles in memory: every process answers "who is this, and what may they do" without asking anybody. */
export interface Access {
  readonly authority: Authority;
  /** Reads what changed, when anything did. Answers when this process knows it. */
  refresh(): Promise<void>;
  /** The roles as this process knows them: at most half a second old. */
  roles(): RoleExpander;
  /**
   * The roles as of now: asked in a transaction that holds the writers' lock, which also reads what this process does not know yet.
   */
  currentRoles(locked: Queryable): Promise<RoleIndex>;
  close(): Promise<void>;
}

// The net under notifications: a revocation is effective within a second also when one was lost.
const checkEveryMs = 500;
// One row by its key, and asked again after the pause: on a connection that went silent a revocation would wait for 33 s.
const quickMs = 2_000;

export interface AccessOptions {
  readonly db: Database;
  readonly cipher: TokenCipher;
  readonly log: Log;
  readonly now: () => number;
}

/** Loads clients and roles and keeps them current until `close`. */
export const openAccess = async ({ db, cipher, log, now }: AccessOptions): Promise<Access> => {
  const state = createAccessState(cipher, (clientId, err) =>
    log.error({ err, clientId }, 'the access token of a client cannot be read; the client is refused until its token is reset'),
  );
  const use = trackUse({ db, log, now });
  let reading: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    // A read that had begun before may have missed what the caller wants to see.
    await reading?.catch(() => {});
    reading ??= readChanges(db, state, db.within(quickMs)).finally(() => (reading = undefined));
    await reading;
  };
  let failing = false;
  const check = () =>
    void refresh().then(
      () => (failing = false),
      (err: unknown) => {
        // Once: this is tried twice a second.
        if (!failing) log.error({ err }, 'clients and roles cannot be read; the last known ones stay in force');
        failing = true;
      },
    );

  await refresh();
  const off = db.wakeups.on(accessChanged, check);
  const timer = setInterval(check, checkEveryMs).unref();
  const used = ({ clientId }: HawkClient) => {
    const known = state.client(clientId);
    if (known) use.seen(clientId, known);
  };
  return {
    authority: { findClient: (clientId) => state.client(clientId)?.client, used, expand: (scopes) => state.roles().expand(scopes), now },
    refresh,
    roles: () => state.roles(),
    currentRoles: async (locked) => {
      await readChanges(locked, state);
      return state.roles().index;
    },
    close: async () => {
      clearInterval(timer);
      off();
      await reading?.catch(() => {});
      await use.close();
    },
  };
};

/** Brings the state up to date; `quick` may be another way to the same database, for the version. Safe beside another one: what arrives late and is older than what is known is ignored. */
const readChanges = async (db: Queryable, state: AccessState, quick = db): Promise<void> => {
  // The version first: a change between the reads is seen as a newer version at the next check.
  const { number, completeSince } = await accessVersion(quick);
  if (number <= state.version()) return;
  const known = state.version() < completeSince ? -1 : state.version();
  // Sent together: inside a transaction they travel over its connection one behind the other.
  const [clients, roles, removed] = await Promise.all([
    clientsSince(db, known),
    rolesSince(db, known),
    known < 0 ? [] : removedSince(db, known),
  ]);
  state.apply({ version: number, whole: known < 0, clients, roles, removed });
};
