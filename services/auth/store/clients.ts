import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const ClientRecord = Type.Object({
  clientId: Type.String(),
  description: Type.String(),
  expires: Type.String(),
  created: Type.String(),
  lastModified: Type.String(),
  lastDateUsed: Type.String(),
  lastRotated: Type.String(),
  scopes: Type.Array(Type.String()),
  disabled: Type.Boolean(),
  deleteOnExpiration: Type.Boolean(),
});
const StoredClient = Type.Object({
  ...ClientRecord.properties,
  encryptedToken: Type.Unsafe<Buffer>({}),
  isNew: Type.Boolean(),
});
export type ClientRecord = Type.Static<typeof ClientRecord>;
export type StoredClient = Type.Static<typeof StoredClient>;

const columns = sql`
  client_id as "clientId", description, expires, created, last_modified as "lastModified", last_date_used as "lastDateUsed",
  last_rotated as "lastRotated", scopes, disabled, delete_on_expiration as "deleteOnExpiration"`;

/** How long a request to create a client may be repeated (auth.md, section 2). */
const repeatable = sql`interval '15 minutes'`;

export const findClient = (db: Queryable, clientId: string) =>
  db.maybe(
    StoredClient,
    sql`
      select ${columns}, access_token as "encryptedToken", created > platform.now() - ${repeatable} as "isNew"
      from auth.clients where client_id = ${clientId}`,
  );

/** Clients whose id begins with `prefix` and comes after `after`, in order. */
export const listClients = (db: Queryable, { prefix, after, limit }: { prefix: string; after: string; limit: number }) =>
  db.many(
    ClientRecord,
    sql`
      select ${columns} from auth.clients
      where client_id > ${after} and client_id >= ${prefix} and starts_with(client_id, ${prefix})
      order by client_id limit ${limit}`,
  );

const ClientScopes = Type.Object({ clientId: Type.String(), scopes: Type.Array(Type.String()) });
/** What clients were given, in the order of their ids, of those that come after `after`. */
export const clientScopes = (db: Queryable, after: string, limit: number) =>
  db.many(
    ClientScopes,
    sql`select client_id as "clientId", scopes from auth.clients where client_id > ${after} order by client_id limit ${limit}`,
  );

export interface NewClient {
  readonly clientId: string;
  readonly description: string;
  readonly expires: string;
  readonly scopes: readonly string[];
  readonly deleteOnExpiration: boolean;
  readonly encryptedToken: Buffer;
}

/** Stores a client; undefined when there is one of that name. */
export const insertClient = (db: Queryable, client: NewClient) =>
  db.maybe(
    ClientRecord,
    sql`
      insert into auth.clients (client_id, description, access_token, scopes, expires, delete_on_expiration)
      values (${client.clientId}, ${client.description}, ${client.encryptedToken}, ${client.scopes}, ${client.expires}, ${client.deleteOnExpiration})
      on conflict (client_id) do nothing returning ${columns}`,
  );

export const updateClient = (db: Queryable, client: Omit<NewClient, 'encryptedToken'>) =>
  db.maybe(
    ClientRecord,
    sql`
      update auth.clients
      set description = ${client.description}, expires = ${client.expires}, scopes = ${client.scopes},
          delete_on_expiration = ${client.deleteOnExpiration}, last_modified = platform.now()
      where client_id = ${client.clientId} returning ${columns}`,
  );

export const setDisabled = (db: Queryable, clientId: string, disabled: boolean) =>
  db.maybe(
    ClientRecord,
    sql`
      update auth.clients set disabled = ${disabled}, last_modified = platform.now()
      where client_id = ${clientId} returning ${columns}`,
  );

export const setToken = (db: Queryable, clientId: string, encryptedToken: Buffer) =>
  db.maybe(
    ClientRecord,
    sql`
      update auth.clients set access_token = ${encryptedToken}, last_modified = platform.now(), last_rotated = platform.now()
      where client_id = ${clientId} returning ${columns}`,
  );

export const deleteClient = (db: Queryable, clientId: string) =>
  db.maybe(ClientRecord, sql`delete from auth.clients where client_id = ${clientId} returning ${columns}`);

/** Deletes up to `limit` clients that expired and are to be deleted then. */
export const deleteExpiredClients = (db: Queryable, limit: number) =>
  db.many(
    ClientRecord,
    sql`
      delete from auth.clients where client_id in (
        select client_id from auth.clients
        where delete_on_expiration and expires < platform.now() and not starts_with(client_id, 'static/')
        order by expires limit ${limit})
      returning ${columns}`,
  );

const Due = Type.Object({ due: Type.Boolean() });
/** Whether any client is to be deleted: asked before the writers' lock is taken. */
export const anyExpiredClient = async (db: Queryable): Promise<boolean> =>
  (
    await db.maybe(
      Due,
      sql`select exists (select 1 from auth.clients where delete_on_expiration and expires < platform.now() and not starts_with(client_id, 'static/')) as due`,
    )
  )?.due ?? false;
