import { type Queryable, type Sql, sql } from '@taskcluster/db';
import { Type } from 'typebox';
import { type Binding, Message } from './message.ts';

/**
 * A place in the log of messages. It is a PostgreSQL snapshot: "all that this snapshot shows was delivered". Two snapshots
 * give the messages between them exactly, however transactions overlapped: none is skipped because it committed late,
 * and no row has to be marked. Inside a large page it is `<from>/<to>/<id>`: delivered up to `id` of what lies between.
 */
export type Cursor = string;

const snapshot = /^(\d{1,20}):(\d{1,20}):((?:\d{1,20}(?:,\d{1,20})*)?)$/;
const maxXid = 2n ** 64n - 1n;

/** What PostgreSQL takes for a snapshot: xmin ≤ xmax, and between them the running transactions in order. */
const isSnapshot = (text: string): boolean => {
  const [, from, to, running] = snapshot.exec(text) ?? [];
  if (from === undefined || to === undefined) return false;
  const [xmin, xmax] = [BigInt(from), BigInt(to)];
  if (xmin === 0n || xmax < xmin || xmax > maxXid) return false;
  const xids = running ? running.split(',').map(BigInt) : [];
  return xids.every((xid, i) => xid >= xmin && xid < xmax && xid >= (xids[i - 1] ?? 0n));
};

/** Whether a text that somebody gave us is a place; anything else would be an error of the database. */
export const isCursor = (text: string): boolean => {
  const [from = '', to, id, ...more] = text.split('/');
  if (!isSnapshot(from)) return false;
  return to === undefined || (isSnapshot(to) && /^\d{1,18}$/.test(id ?? '') && more.length === 0);
};

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

/**
 * The messages after `cursor`, oldest change of each row first, at most `limit`. With bindings, most messages that none of them wants are
 * left out; the caller still has to look (`matchesBinding`).
 */
export const readAfter = async (db: Queryable, cursor: Cursor, limit: number, bindings?: readonly Binding[]): Promise<Page> =>
  readUntil(db, { cursor, to: cursor.includes('/') ? cursor : await currentCursor(db), limit, bindings });

export interface Reading {
  readonly cursor: Cursor;
  /** The end of the log when the reading began (`currentCursor`). A cursor inside a large page has its own. */
  readonly to: Cursor;
  readonly limit: number;
  readonly bindings?: readonly Binding[] | undefined;
}

/** As `readAfter`, up to a place that is known already. */
export const readUntil = async (db: Queryable, { cursor, to: end, limit, bindings }: Reading): Promise<Page> => {
  const [from = '', heldTo, heldId = '0'] = cursor.split('/');
  const to = heldTo ?? end;
  const messages = await db.many(
    Message,
    heldTo === undefined ? firstBetween({ from, to, bindings }, limit) : nextBetween({ from, to, id: heldId, bindings }, limit),
  );
  const last = messages.at(-1);
  if (messages.length < limit || !last) return { messages, cursor: to, more: heldTo !== undefined };
  return { messages, cursor: `${from}/${to}/${last.id}`, more: true };
};

interface Span {
  readonly from: string;
  readonly to: string;
  readonly bindings: readonly Binding[] | undefined;
}

// By exchange and by what a pattern begins with: enough that a listener for one route does not read every task that completes.
const wanted = (bindings: readonly Binding[]): Sql => sql`
    and exists (
      select from unnest(${bindings.map((b) => b.exchange)}::text[], ${bindings.map((b) => beginningOf(b.routingKeyPattern))}::text[]) b (exchange, beginning)
      where b.exchange = messages.exchange
        and exists (select from unnest(array[routing_key] || cc) key where starts_with(key, b.beginning)))`;
const beginningOf = (pattern: string): string => /^[^*#]*/.exec(pattern)?.[0].replace(/\.$/, '') ?? '';

const columns = sql`id, created, exchange, routing_key as "routingKey", cc, payload`;

// By transaction: at the end of the log, where a reader is nearly always, this looks at the newest rows only. `id + 0` keeps the
// planner from walking the whole log by id instead.
const firstBetween = ({ from, to, bindings }: Span, limit: number): Sql => sql`
  select ${columns}
  from platform.messages
  where txid >= pg_snapshot_xmin(${from}::pg_snapshot) and txid < pg_snapshot_xmax(${to}::pg_snapshot)
    and not pg_visible_in_snapshot(txid, ${from}::pg_snapshot) and pg_visible_in_snapshot(txid, ${to}::pg_snapshot)
    ${bindings ? wanted(bindings) : sql``}
  order by id + 0 limit ${limit}`;

// By id: what follows inside a large page is nearly all wanted. Sorting it again for each part took 150 ms with 300,000 messages to
// catch up with, and grew with their square; this takes 1 ms.
const nextBetween = ({ from, to, id, bindings }: Span & { readonly id: string }, limit: number): Sql => sql`
  select ${columns}
  from platform.messages
  where id > ${id}
    and not pg_visible_in_snapshot(txid, ${from}::pg_snapshot) and pg_visible_in_snapshot(txid, ${to}::pg_snapshot)
    ${bindings ? wanted(bindings) : sql``}
  order by id limit ${limit}`;
