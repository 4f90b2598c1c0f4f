import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { Message } from './message.ts';

/**
 * A place in the log of messages. It is a PostgreSQL snapshot: "all that this snapshot shows was delivered". Two snapshots
 * give the messages between them exactly, however transactions overlapped: none is skipped because it committed late,
 * and no row has to be marked. Inside a large page it is `<from>/<to>/<id>`: delivered up to `id` of what lies between.
 */
export type Cursor = string;

const snapshot = String.raw`\d{1,20}:\d{1,20}:(?:\d{1,20}(?:,\d{1,20})*)?`;
const cursorPattern = new RegExp(`^${snapshot}(?:/${snapshot}/\\d{1,18})?$`);
export const isCursor = (text: string): boolean => cursorPattern.test(text);

export interface Page {
  readonly messages: readonly Message[];
  /** Where to go on. */
  readonly cursor: Cursor;
  /** There is more already. */
  readonly more: boolean;
}

const Place = Type.Object({ cursor: Type.String() });

/** The end of the log: what is committed later comes after it. */
export const currentCursor = async (db: Queryable): Promise<Cursor> => {
  const place = await db.maybe(Place, sql`select pg_current_snapshot()::text as cursor`);
  return place?.cursor ?? '';
};

/** The messages after `cursor`, oldest change of each row first, at most `limit`. */
export const readAfter = async (db: Queryable, cursor: Cursor, limit: number): Promise<Page> => {
  const [from = '', heldTo, heldId = '0'] = cursor.split('/');
  const to = heldTo ?? (await currentCursor(db));
  const messages = await db.many(
    Message,
    sql`
      select id, created, exchange, routing_key as "routingKey", cc, payload
      from platform.messages
      where txid >= pg_snapshot_xmin(${from}::pg_snapshot) and txid < pg_snapshot_xmax(${to}::pg_snapshot)
        and not pg_visible_in_snapshot(txid, ${from}::pg_snapshot) and pg_visible_in_snapshot(txid, ${to}::pg_snapshot)
        and id > ${heldId}
      order by id limit ${limit}`,
  );
  const last = messages.at(-1);
  if (messages.length < limit || !last) return { messages, cursor: to, more: heldTo !== undefined };
  return { messages, cursor: `${from}/${to}/${last.id}`, more: true };
};
