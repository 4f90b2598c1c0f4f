import { ApiError, type Caller } from '@taskcluster/api';
import { clientSubject, EVERYBODY, roleSubject, ScopeSet, type Subject } from '@taskcluster/scopes';
import { notFound } from '../clients/record.ts';
import type { AuthService } from '../service.ts';
import { findClient } from '../store/clients.ts';
import { findRole } from '../store/roles.ts';

/** Whom a question is about: one of these, or none for the caller. */
export interface About {
  readonly clientId?: string;
  readonly roleId?: string;
  readonly scopes?: readonly string[];
}

/**
 * Finds whom a question is about, after the caller has proven to be allowed to know (401, 403). 400 for more than one of them, 404 for
 * a client or role that there is not. A client holds what everybody holds besides its own scopes, as in its requests; a role and a set
 * of scopes do not, as in `role` and `expandScopes`.
 */
export const subjectOf = async (service: AuthService, about: About, caller: Caller): Promise<Subject> => {
  const { clientId, roleId, scopes } = about;
  const kinds = { aboutClient: clientId !== undefined, aboutRole: roleId !== undefined, aboutScopes: scopes !== undefined };
  if (Object.values(kinds).filter(Boolean).length > 1)
    throw new ApiError(
      'InputError',
      'The question names more than one subject. Give one of `clientId`, `roleId` and `scopes`, or none of them to ask about yourself.',
    );
  caller.authorize({ ...kinds, clientId, roleId });
  if (clientId !== undefined) return await storedClient(service, clientId);
  if (scopes !== undefined) return { held: scopes };
  if (roleId === undefined) return await callerSubject(service, caller);
  if (!(await findRole(service.db, roleId)))
    throw new ApiError(
      'ResourceNotFound',
      'There is no role {{roleId}}. Check the name, or ask about the scope `assume:{{roleId}}` if a role whose name ends with a star covers it.',
      { roleId },
    );
  return roleSubject(roleId);
};

const storedClient = async ({ db, now }: AuthService, clientId: string): Promise<Subject> => {
  const client = await findClient(db, clientId);
  if (!client) throw notFound(clientId);
  return clientSubject(client, now());
};

/**
 * The caller. A request carries its scopes expanded, so chains begin there, unless it is plainly that of a client, unrestricted, which
 * may read what it was given (`auth:get-client`).
 */
const callerSubject = async ({ db, access }: AuthService, caller: Caller): Promise<Subject> => {
  const expanded = caller.scopes();
  const client = mayRead(caller, 'client', caller.clientId) ? await findClient(db, caller.clientId) : undefined;
  const held = client ? [...client.scopes, EVERYBODY] : expanded;
  return { held: sameList(access.authority.expand(held), expanded) ? held : expanded };
};

const sameList = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((scope, i) => scope === b[i]);

/** Whether the caller may read a client or role with the methods that are for it. */
export const mayRead = (caller: Caller, kind: 'client' | 'role', id: string): boolean => {
  const held = ScopeSet.of(caller.scopes());
  return held.has(`auth:get-${kind}:${id}`) || held.has(`auth:list-${kind}s`);
};
