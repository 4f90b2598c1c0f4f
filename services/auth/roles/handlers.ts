import { ApiError, checkedToken, cut, decodeToken, encodeToken, type Handlers, invalidToken } from '@taskcluster/api';
import type { auth } from '@taskcluster/contracts';
import type { Tx } from '@taskcluster/db';
import { checkRoleChange, compareScopes, DependencyCycleError, InvalidScopeError, type Role, ScopeSet } from '@taskcluster/scopes';
import { change } from '../clients/change.ts';
import { publish } from '../clients/record.ts';
import { refuseDoubleStars, refuseLongId, storable } from '../input.ts';
import type { AuthService } from '../service.ts';
import * as store from '../store/roles.ts';

type Methods = 'listRoles' | 'listRoles2' | 'listRoleIds' | 'role' | 'createRole' | 'updateRole' | 'deleteRole';

const shown = ({ access }: AuthService, role: store.RoleRecord) => ({
  ...role,
  expandedScopes: [...access.authority.expand([`assume:${role.roleId}`])],
});
const kept = ({ description, scopes }: store.RoleRecord) => ({ description, scopes });
const notFound = (roleId: string) => new ApiError('ResourceNotFound', 'There is no role {{roleId}}. Was it deleted?', { roleId });

export const roleHandlers: Pick<Handlers<typeof auth, AuthService>, Methods> = {
  listRoles: async (service) => (await store.listRoles(service.db, { offset: 0, limit: null })).map((role) => shown(service, role)),

  listRoles2: async (service, { query }) => {
    const place = placeOf(query);
    const { page, next } = paged(await store.listRoles(service.db, oneMore(place)), place);
    return { roles: page.map((role) => shown(service, role)), ...next };
  },

  listRoleIds: async (service, { query }) => {
    const place = placeOf(query);
    const { page, next } = paged(await store.listRoleIds(service.db, oneMore(place)), place);
    return { roleIds: page.map(({ roleId }) => roleId), ...next };
  },

  role: async (service, { params: { roleId } }) => {
    const role = await store.findRole(service.db, roleId);
    if (!role) throw notFound(roleId);
    return shown(service, role);
  },

  createRole: async (service, { params: { roleId }, body, caller }) => {
    refuseDoubleStars(body.scopes);
    caller.authorize({ roleId, scopes: body.scopes });
    refuseLongId(roleId);
    const wanted = { roleId, description: storable(body.description), scopes: body.scopes.toSorted(compareScopes) };
    const role = await change(service, async (tx, leave) => {
      const existing = await store.findRole(tx, roleId);
      if (existing) refuseDifferent(existing, wanted);
      else await checkAgainstOthers(service, tx, wanted);
      const row = existing ?? (await store.insertRole(tx, wanted));
      if (!row) throw new Error(`Role ${roleId} was not stored.`);
      const entity = { entityType: 'role', entityId: roleId, clientId: caller.clientId, action: 'created' } as const;
      await leave({
        action: { ...entity, after: kept(row) },
        message: publish.roleCreated({ key: {}, payload: { version: 1, roleId } }),
      });
      return row;
    });
    return shown(service, role);
  },

  updateRole: async (service, { params: { roleId }, body, caller }) => {
    refuseDoubleStars(body.scopes);
    /** Refuses unless the role is there and the caller holds what the role did not come to before. */
    const authorized = (existing: store.RoleRecord | undefined): store.RoleRecord => {
      if (!existing) throw notFound(roleId);
      const had = new ScopeSet(service.access.authority.expand(existing.scopes));
      caller.authorize({ roleId, scopesAdded: body.scopes.filter((scope) => !had.has(scope)) });
      return existing;
    };
    // Before the lock, so that nobody without scopes can hold up writers; and again under it, because the role may have changed.
    authorized(await store.findRole(service.db, roleId));
    const wanted = { roleId, description: storable(body.description), scopes: body.scopes.toSorted(compareScopes) };
    const role = await change(service, async (tx, leave) => {
      await service.access.currentRoles(tx);
      const before = authorized(await store.findRole(tx, roleId));
      await checkAgainstOthers(service, tx, wanted);
      const row = await store.updateRole(tx, wanted);
      if (!row) throw notFound(roleId);
      const entity = { entityType: 'role', entityId: roleId, clientId: caller.clientId, action: 'updated' } as const;
      await leave({
        action: { ...entity, before: kept(before), after: kept(row) },
        message: publish.roleUpdated({ key: {}, payload: { version: 1, roleId } }),
      });
      return row;
    });
    return shown(service, role);
  },

  deleteRole: async (service, { params: { roleId }, caller }) => {
    refuseLongId(roleId);
    await change(service, async (tx, leave) => {
      const before = await store.deleteRole(tx, roleId);
      const entity = { entityType: 'role', entityId: roleId, clientId: caller.clientId, action: 'deleted' } as const;
      await leave({
        action: { ...entity, before: before && kept(before) },
        message: publish.roleDeleted({ key: {}, payload: { version: 1, roleId } }),
      });
    });
    return undefined;
  },
};

const refuseDifferent = (existing: store.RoleRecord, { roleId, description, scopes }: store.NewRole): void => {
  // Roles of earlier versions may be stored in another order.
  const stored = existing.scopes.toSorted(compareScopes);
  const same = stored.length === scopes.length && stored.every((scope, i) => scope === scopes[i]);
  if (same && existing.description === description) return;
  throw new ApiError('RequestConflict', 'There is a role {{roleId}} already, and it differs: {{differs}}. Update it instead.', {
    roleId,
    differs: same ? 'description' : 'scopes',
  });
};

/** Refuses parameters that cannot be used, and roles that would give each other in a circle, in the set as it is under the lock. */
const checkAgainstOthers = async ({ access }: AuthService, tx: Tx, role: Role): Promise<void> => {
  const index = await access.currentRoles(tx);
  try {
    checkRoleChange(index, role);
  } catch (err) {
    if (err instanceof DependencyCycleError || err instanceof InvalidScopeError)
      throw new ApiError('InputError', '{{problem}}', { problem: err.message }, { cause: err });
    throw err;
  }
};

interface Place {
  readonly offset: number;
  readonly limit: number | null;
}
/** As `offsetIn`, but every token that stands for nothing is refused (auth.md, section 3, `listRoles2`). */
const offsetOf = (token: string | undefined): number => {
  if (token === undefined) return 0;
  const [offset] = decodeToken(checkedToken(token), 1) ?? [];
  if (typeof offset !== 'number') throw invalidToken();
  return offset;
};
const placeOf = ({ continuationToken, limit }: { readonly continuationToken?: string; readonly limit?: string }): Place => ({
  offset: offsetOf(continuationToken),
  limit: limit === undefined ? null : Math.min(Math.max(1, Number(limit)), 1_000_000_000),
});
const oneMore = ({ offset, limit }: Place): Place => ({ offset, limit: limit === null ? null : limit + 1 });
const paged = <T>(rows: readonly T[], { offset, limit }: Place) => {
  const size = limit ?? Infinity;
  return cut(rows, size, () => encodeToken([offset + size]));
};
