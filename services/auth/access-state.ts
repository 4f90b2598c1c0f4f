import type { HawkClient } from '@taskcluster/hawk';
import { type Role, RoleExpander } from '@taskcluster/scopes';
import type { TokenCipher } from './token-cipher.ts';

interface ClientChange {
  readonly clientId: string;
  readonly accessToken: Buffer;
  readonly scopes: readonly string[];
  readonly expires: string;
  readonly disabled: boolean;
  readonly lastDateUsed: string;
  readonly version: number;
}
interface RoleChange extends Role {
  readonly version: number;
}

/** What was read: everything, or what changed after the version that was known. */
export interface Changes {
  readonly version: number;
  readonly whole: boolean;
  readonly clients: readonly ClientChange[];
  readonly roles: readonly RoleChange[];
  readonly removed: readonly { readonly kind: string; readonly id: string; readonly version: number }[];
}

export interface KnownClient {
  readonly client: HawkClient;
  readonly version: number;
  /** Milliseconds since 1970; moved on when a use is noted. */
  lastUsed: number;
}

/** Clients and roles in memory, at one version of the database. */
export interface AccessState {
  version(): number;
  client(clientId: string): KnownClient | undefined;
  roles(): RoleExpander;
  apply(changes: Changes): void;
}

/**
 * Begins empty, at version -1. A client whose token cannot be read is told to `unreadable` and is unknown from then on: nobody can
 * sign as it, and all others stay current.
 */
export const createAccessState = (cipher: TokenCipher, unreadable: (clientId: string, err: unknown) => void): AccessState => {
  let version = -1;
  let clients = new Map<string, KnownClient>();
  let roles = new Map<string, RoleChange>();
  /** The same roles in the order of their ids: of 10,000 one changes at a time, and sorting all of them takes longer than anything else. */
  let sorted: RoleChange[] = [];
  let expander: RoleExpander | undefined = new RoleExpander([]);

  const known = ({ accessToken, lastDateUsed, version: of, ...row }: ClientChange): KnownClient => ({
    client: { ...row, accessToken: cipher.decrypt(row.clientId, accessToken), expires: new Date(row.expires) },
    version: of,
    lastUsed: Date.parse(lastDateUsed),
  });
  return {
    version: () => version,
    client: (clientId) => clients.get(clientId),
    // Made when somebody asks: 10,000 roles take about 1 ms.
    roles: () => (expander ??= new RoleExpander(sorted)),
    apply: (changes) => {
      if (changes.version <= version) return;
      if (changes.whole) [clients, roles] = [new Map(), new Map()];
      for (const row of changes.clients) {
        clients.delete(row.clientId);
        try {
          clients.set(row.clientId, known(row));
        } catch (err) {
          unreadable(row.clientId, err);
        }
      }
      for (const role of changes.roles) roles.set(role.roleId, role);
      for (const { kind, id, version: at } of changes.removed) {
        // Made again after it was removed: the newer of the two stands.
        const map: Map<string, { readonly version: number }> = kind === 'role' ? roles : clients;
        if ((map.get(id)?.version ?? 0) <= at) map.delete(id);
      }
      const changed = [...changes.roles.map((r) => r.roleId), ...changes.removed.filter((r) => r.kind === 'role').map((r) => r.id)];
      if (changes.whole || changed.length > 0) expander = undefined;
      if (changes.whole || changed.length > manyChanges) sorted = [...roles.values()].sort(byId);
      else for (const id of changed) place(sorted, id, roles.get(id));
      version = changes.version;
    },
  };
};

// With so many, sorting once is faster than finding each place.
const manyChanges = 100;
const byId = (a: Role, b: Role) => (a.roleId < b.roleId ? -1 : 1);

/** Puts a role into its place among roles in the order of their ids, or takes the one with this id out. */
const place = (sorted: RoleChange[], roleId: string, role: RoleChange | undefined): void => {
  let low = 0;
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as RoleChange).roleId < roleId) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, sorted[low]?.roleId === roleId ? 1 : 0, ...(role ? [role] : []));
};
