import { type Queryable, sql, type Tx } from '@taskcluster/db';
import { type Static, Type } from 'typebox';

const Hashes = Type.Record(Type.String(), Type.String());

export const ObjectRecord = Type.Object({
  name: Type.String(),
  projectId: Type.String(),
  backendId: Type.String(),
  dataId: Type.String(),
  /** Null once the upload is finished. */
  uploadId: Type.Union([Type.String(), Type.Null()]),
  expires: Type.String(),
  /** The method that the uploader was told; null when none was agreed on. */
  uploadMethod: Type.Union([Type.String(), Type.Null()]),
  hashes: Hashes,
});
export type ObjectRecord = Static<typeof ObjectRecord>;

const columns = sql`name, project_id as "projectId", backend_id as "backendId", data_id as "dataId", upload_id as "uploadId",
  expires, upload_method as "uploadMethod", hashes`;

export type NewObject = Pick<ObjectRecord, 'name' | 'projectId' | 'backendId' | 'expires'> & { readonly uploadId: string };

/** Reserves a name for an upload of at most one day. Does nothing when the name or the upload id is taken. */
export const insertObject = (tx: Tx, { name, projectId, backendId, uploadId, expires }: NewObject) =>
  tx.run(sql`
    insert into object.objects (name, project_id, backend_id, data_id, upload_id, upload_expires, expires)
    values (${name}, ${projectId}, ${backendId}, ${uploadId}, ${uploadId}, platform.now() + interval '1 day', ${expires})
    on conflict do nothing`);

/** The record of a name, held until the transaction ends. */
export const lockObject = (tx: Tx, name: string) =>
  tx.maybe(ObjectRecord, sql`select ${columns} from object.objects where name = ${name} for update`);

/** An object whose upload is finished; there is none for readers before. */
export const findFinished = (db: Queryable, name: string) =>
  db.maybe(ObjectRecord, sql`select ${columns} from object.objects where name = ${name} and upload_id is null`);

export const setHashes = (tx: Tx, name: string, hashes: Readonly<Record<string, string>>) =>
  tx.run(sql`update object.objects set hashes = ${JSON.stringify(hashes)}::jsonb where name = ${name}`);

export const setUploadMethod = (tx: Tx, name: string, method: string) =>
  tx.run(sql`update object.objects set upload_method = ${method} where name = ${name}`);

/** Ends an upload. Does nothing when somebody else did so before. */
export const markFinished = (tx: Tx, name: string, uploadId: string) =>
  tx.run(sql`update object.objects set upload_id = null, upload_expires = null where name = ${name} and upload_id = ${uploadId}`);

/** Whether data may still be written for an upload. Holds the record, so that the upload is not finished in between. */
export const holdUnfinished = async (tx: Tx, name: string, uploadId: string): Promise<boolean> =>
  (await tx.maybe(
    Type.Object({ name: Type.String() }),
    sql`select name from object.objects where name = ${name} and upload_id = ${uploadId} for share`,
  )) !== undefined;

/**
 * Objects that are due for deletion: past their expiry, or given up a day after their upload began. Only of backends that are
 * configured: what an unknown backend holds cannot be deleted and must not block the others. Each row goes to one process.
 */
export const lockExpired = (tx: Tx, backendIds: readonly string[], limit: number) =>
  tx.many(
    ObjectRecord,
    sql`
      select ${columns} from object.objects
      where (expires < platform.now() or (upload_id is not null and upload_expires < platform.now())) and backend_id = any(${backendIds})
      order by name limit ${limit} for update skip locked`,
  );

export const removeObjects = (tx: Tx, names: readonly string[]) => tx.run(sql`delete from object.objects where name = any(${names})`);
