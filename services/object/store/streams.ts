import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { type Static, Type } from 'typebox';

export const Stream = Type.Object({ id: Type.Integer(), length: Type.Integer(), complete: Type.Boolean() });
export type Stream = Static<typeof Stream>;

/** The wake-up channel of streams; the key is the stream's id. */
export const streamGrew = 'object-stream';

const state = sql`id, length, complete`;

export const findStream = (db: Queryable, name: string) => db.maybe(Stream, sql`select ${state} from object.streams where name = ${name}`);

/** The stream of that name, made if need be, and held until the transaction ends. It lives for 31 days. */
export const lockStream = (tx: Tx, name: string) =>
  tx.maybe(
    Stream,
    sql`
      insert into object.streams (name, expires) values (${name}, platform.now() + interval '31 days')
      on conflict (name) do update set name = excluded.name
      returning ${state}`,
  );

export interface Appended {
  readonly name: string;
  /** Where the bytes belong: exactly the end of the stream. */
  readonly offset: number;
  readonly bytes: Buffer;
  /** Nothing comes after these bytes. Readers have an hour left. */
  readonly last: boolean;
}

const chunkBytes = 262_144;

/**
 * Appends to an open stream that is exactly `offset` long; answers nothing when there is no such stream. One statement for the
 * usual case. The bytes travel once and are cut into chunks here.
 */
export const appendAtEnd = (tx: Tx, { name, offset, bytes, last }: Appended) =>
  tx.maybe(
    Stream,
    sql`
      with stream as (
        update object.streams set
          length = length + ${bytes.length}::int, complete = ${last}::boolean,
          expires = case when ${last}::boolean then least(expires, platform.now() + interval '1 hour') else expires end
        where name = ${name} and length = ${offset}::bigint and not complete
        returning ${state}),
      chunks as (
        insert into object.stream_chunks (stream_id, start, bytes)
        select id, ${offset}::bigint + at, substring(${bytes}::bytea from at + 1 for ${chunkBytes}::int)
        from stream, generate_series(0, ${bytes.length}::int - 1, ${chunkBytes}::int) at)
      select ${state} from stream`,
  );

const Piece = Type.Object({
  length: Type.Integer(),
  complete: Type.Boolean(),
  start: Type.Union([Type.Integer(), Type.Null()]),
  bytes: Type.Unsafe<Buffer | null>({}),
});

/** A piece of a stream, and how the stream was at that moment. */
export interface StreamPage {
  readonly bytes: Buffer;
  readonly length: number;
  readonly complete: boolean;
}

/** What is stored from `offset` on, up to about 512 KiB; undefined when the stream is gone. */
export const readPage = async (db: Queryable, id: number, offset: number): Promise<StreamPage | undefined> => {
  const pieces = await db.many(
    Piece,
    sql`
      select s.length, s.complete, c.start, c.bytes from object.streams s
      left join lateral (
        select start, bytes from object.stream_chunks
        where stream_id = s.id and start < ${offset}::bigint + ${chunkBytes}::int and start >= coalesce(
          (select max(start) from object.stream_chunks where stream_id = s.id and start <= ${offset}::bigint), 0)
          and start + octet_length(bytes) > ${offset}::bigint
        order by start limit 1000) c on true
      where s.id = ${id} order by c.start`,
  );
  const [first] = pieces;
  if (!first) return undefined;
  const parts = pieces.map(({ start, bytes }) =>
    bytes === null || start === null ? Buffer.alloc(0) : bytes.subarray(Math.max(0, offset - start)),
  );
  return { bytes: Buffer.concat(parts), length: first.length, complete: first.complete };
};

/** Deletes streams that nobody can read any more. */
export const removeExpiredStreams = (db: Queryable, limit: number) =>
  db.run(sql`
    delete from object.streams where id = any(array(
      select id from object.streams where expires < platform.now() order by expires limit ${limit} for update skip locked))`);
