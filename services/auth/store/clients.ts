import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const ClientRow = Type.Object({
  clientId: Type.String(),
  accessToken: Type.Unsafe<Buffer>({}),
  scopes: Type.Array(Type.String()),
  expires: Type.String(),
  disabled: Type.Boolean(),
});
const RoleRow = Type.Object({ roleId: Type.String(), scopes: Type.Array(Type.String()) });
const VersionRow = Type.Object({ number: Type.Integer() });

/** Everything that decides about access, of all clients. */
export const allClients = (db: Queryable) =>
  db.many(
    ClientRow,
    sql`select client_id as "clientId", access_token as "accessToken", scopes, expires, disabled from auth.clients order by client_id`,
  );

export const allRoles = (db: Queryable) => db.many(RoleRow, sql`select role_id as "roleId", scopes from auth.roles order by role_id`);

/** Moves on with every change of clients or roles that matters for access. */
export const accessVersion = async (db: Queryable): Promise<number> =>
  (await db.maybe(VersionRow, sql`select number from auth.version`))?.number ?? 0;

export interface StaticClient {
  readonly clientId: string;
  readonly description: string;
  readonly encryptedToken: Buffer;
  readonly scopes: readonly string[];
}

/** Creates a static client, or makes the stored one what the configuration says. */
export const putStaticClient = (db: Queryable, client: StaticClient) =>
  db.run(sql`
    insert into auth.clients (client_id, description, access_token, scopes, expires)
    values (${client.clientId}, ${client.description}, ${client.encryptedToken}, ${client.scopes}, platform.now() + interval '1000 years')
    on conflict (client_id) do update
      set description = excluded.description, access_token = excluded.access_token, scopes = excluded.scopes,
          expires = excluded.expires, disabled = false, last_modified = platform.now()`);

/** Removes static clients that are no longer configured. */
export const removeOtherStaticClients = (db: Queryable, keep: readonly string[]) =>
  db.run(sql`delete from auth.clients where starts_with(client_id, 'static/') and not client_id = any(${keep})`);
