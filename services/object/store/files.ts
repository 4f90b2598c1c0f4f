import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { type Static, Type } from 'typebox';

const Bytes = Type.Unsafe<Buffer>({});

export const FileRow = Type.Object({
  id: Bytes,
  /** The file on disk that belongs to this row. */
  version: Type.String(),
  size: Type.Integer(),
  contentType: Type.String(),
  contentEncoding: Type.Union([Type.String(), Type.Null()]),
  etag: Type.String(),
});
export type FileRow = Static<typeof FileRow>;

const columns = sql`id, version, size, content_type as "contentType", content_encoding as "contentEncoding", etag`;
const Stored = Type.Object({ id: Bytes, version: Type.String() });

export const findFile = (db: Queryable, id: Buffer) => db.maybe(FileRow, sql`select ${columns} from object.files where id = ${id}`);

/** The file that stands under an id at present, held until the transaction ends. */
export const lockFile = (tx: Tx, id: Buffer) => tx.maybe(Stored, sql`select id, version from object.files where id = ${id} for update`);

/** Makes a file visible under its bucket and key, in place of the one that was there. */
export const putFile = (tx: Tx, row: FileRow & { readonly bucket: string; readonly key: string }) =>
  tx.run(sql`
    insert into object.files (id, bucket, key, version, size, content_type, content_encoding, etag)
    values (${row.id}, ${row.bucket}, ${row.key}, ${row.version}, ${row.size}, ${row.contentType}, ${row.contentEncoding}, ${row.etag})
    on conflict (id) do update set
      version = excluded.version, size = excluded.size, content_type = excluded.content_type,
      content_encoding = excluded.content_encoding, etag = excluded.etag, created = excluded.created`);

/** Takes files out of sight; answers those that there were, to be deleted from disk after the commit. */
export const removeFiles = (db: Queryable, ids: readonly Buffer[]) =>
  db.many(Stored, sql`delete from object.files where id = any(${ids}) returning id, version`);

/** Of these ids, the versions that rows belong to. */
export const versionsOf = (db: Queryable, ids: readonly Buffer[]) =>
  db.many(Stored, sql`select id, version from object.files where id = any(${ids})`);
