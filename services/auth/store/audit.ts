import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

/** What was done to a client, role or other thing, and by whom. `before` and `after` never hold a token. */
export interface Action {
  readonly entityType: 'client' | 'role';
  readonly entityId: string;
  readonly clientId: string;
  readonly action: string;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

/** Writes actions in the transaction of the change that they are about. */
export const recordActions = (db: Queryable, actions: readonly Action[]) =>
  db.run(sql`
    insert into auth.audit (entity_type, entity_id, client_id, action, before, after)
    select a."entityType", a."entityId", a."clientId", a.action, a.before, a.after
    from jsonb_to_recordset(${JSON.stringify(actions)}::jsonb)
      as a ("entityType" text, "entityId" text, "clientId" text, action text, before jsonb, after jsonb)`);

const Entry = Type.Object({
  id: Type.Integer(),
  clientId: Type.String(),
  actionType: Type.String(),
  created: Type.String(),
  entityId: Type.String(),
  entityType: Type.String(),
});
export type Entry = Type.Static<typeof Entry>;

const columns = sql`id, client_id as "clientId", action as "actionType", created, entity_id as "entityId", entity_type as "entityType"`;

interface Page {
  readonly after: number;
  readonly limit: number;
}

/** What was done to one thing, the oldest first. */
export const historyOf = (db: Queryable, entity: { readonly type: string; readonly id: string }, { after, limit }: Page) =>
  db.many(
    Entry,
    sql`
      select ${columns} from auth.audit
      where entity_type = ${entity.type} and entity_id = ${entity.id} and id > ${after} order by id limit ${limit}`,
  );

const State = Type.Union([Type.Null(), Type.Record(Type.String(), Type.Unknown())]);
const Change = Type.Object({
  id: Type.Integer(),
  clientId: Type.String(),
  actionType: Type.String(),
  created: Type.String(),
  before: State,
  after: State,
});

/** What was done to one thing, with how it was before and after, the oldest first. */
export const changesOf = (db: Queryable, entity: { readonly type: string; readonly id: string }, { after, limit }: Page) =>
  db.many(
    Change,
    sql`
      select id, client_id as "clientId", action as "actionType", created, before, after from auth.audit
      where entity_type = ${entity.type} and entity_id = ${entity.id} and id > ${after} order by id limit ${limit}`,
  );

/** What one client did, the oldest first. */
export const actionsOf = (db: Queryable, clientId: string, { after, limit }: Page) =>
  db.many(
    Entry,
    sql`
      select ${columns} from auth.audit
      where left(client_id, 1000) = left(${clientId}, 1000) and client_id = ${clientId} and id > ${after} order by id limit ${limit}`,
  );

/** Deletes up to `limit` entries older than `days`. */
export const deleteOldActions = (db: Queryable, days: number, limit: number) =>
  db.run(sql`
    delete from auth.audit where id in (
      select id from auth.audit where created < platform.now() - make_interval(days => ${days}) order by id limit ${limit} for update skip locked)`);
