import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const StoredStaticClient = Type.Object({
  clientId: Type.String(),
  description: Type.String(),
  encryptedToken: Type.Unsafe<Buffer>({}),
  scopes: Type.Array(Type.String()),
  usable: Type.Boolean(),
});
export type StoredStaticClient = Type.Static<typeof StoredStaticClient>;

/** The static clients as they are stored; `usable` unless somebody disabled one behind the API's back, or 100 of its 1,000 years are over. */
export const storedStaticClients = (db: Queryable) =>
  db.many(
    StoredStaticClient,
    sql`
      select client_id as "clientId", description, access_token as "encryptedToken", scopes,
        not disabled and expires > platform.now() + interval '900 years' as usable
      from auth.clients where client_id >= 'static/' and client_id < 'static0'`,
  );

export interface StaticClient {
  readonly clientId: string;
  readonly description: string;
  readonly encryptedToken: Buffer;
  readonly scopes: readonly string[];
  /** Whether the token is another one than before. */
  readonly rotated: boolean;
}

/** Creates a static client, or makes the stored one what the configuration says. */
export const putStaticClient = (db: Queryable, client: StaticClient) =>
  db.run(sql`
    insert into auth.clients (client_id, description, access_token, scopes, expires)
    values (${client.clientId}, ${client.description}, ${client.encryptedToken}, ${client.scopes}, platform.now() + interval '1000 years')
    on conflict (client_id) do update
      set description = excluded.description, access_token = excluded.access_token, scopes = excluded.scopes,
          expires = excluded.expires, disabled = false, last_modified = platform.now(),
          last_rotated = case when ${client.rotated} then platform.now() else auth.clients.last_rotated end`);

/** Removes static clients that are no longer configured. */
export const removeOtherStaticClients = (db: Queryable, keep: readonly string[]) =>
  db.run(sql`delete from auth.clients where starts_with(client_id, 'static/') and not client_id = any(${keep})`);
