import { type Queryable, type Sql, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { ArtifactKey } from '../domain/artifact.ts';

const Upload = Type.Object({
  taskId: Type.String(),
  runId: Type.Integer(),
  name: Type.String(),
  uploadId: Type.String(),
  storeUploadId: Type.String(),
  bucket: Type.Union([Type.Literal('public'), Type.Literal('private')]),
  key: Type.String(),
  parts: Type.Integer(),
  completed: Type.Boolean(),
  expires: Type.String(),
});
/** An upload of an artifact in parts. */
export type Upload = Static<typeof Upload>;

const columns: Sql = sql`
  task_id as "taskId", run_id as "runId", name, upload_id as "uploadId", store_upload_id as "storeUploadId", bucket, key, parts, completed, expires`;
const isOf = ({ taskId, runId, name }: ArtifactKey): Sql => sql`task_id = ${taskId} and run_id = ${runId}::int and name = ${name}`;

/** The upload as it was last seen: nothing is done to one that has been completed or begun again since. */
const isStill = (upload: Upload): Sql => sql`${isOf(upload)} and upload_id = ${upload.uploadId} and completed = ${upload.completed}`;

export const findUpload = (db: Queryable, key: ArtifactKey) =>
  db.maybe(Upload, sql`select ${columns} from queue.artifact_uploads where ${isOf(key)}`);

/** Locks the upload of an artifact until the transaction ends. */
export const lockUpload = (tx: Tx, key: ArtifactKey) =>
  tx.maybe(Upload, sql`select ${columns} from queue.artifact_uploads where ${isOf(key)} for update`);

/** Stores an upload in place of the one that there may be; it is given up in a day. */
export const putUpload = async (tx: Tx, upload: Omit<Upload, 'completed' | 'expires'>): Promise<Upload> => {
  const { taskId, runId, name, uploadId, storeUploadId, bucket, key, parts } = upload;
  const [stored] = await tx.many(
    Upload,
    sql`
      insert into queue.artifact_uploads as u (task_id, run_id, name, upload_id, store_upload_id, bucket, key, parts, expires)
      values (${taskId}, ${runId}, ${name}, ${uploadId}, ${storeUploadId}, ${bucket}, ${key}, ${parts}, platform.now() + interval '1 day')
      on conflict (task_id, run_id, name) do update set
        upload_id = excluded.upload_id, store_upload_id = excluded.store_upload_id, bucket = excluded.bucket, key = excluded.key,
        parts = excluded.parts, completed = false, expires = excluded.expires
      returning ${columns}`,
  );
  if (!stored) throw new Error(`The upload ${uploadId} was stored and is not there.`);
  return stored;
};

/** The upload is in use: it is given up in a day from now. */
export const prolongUpload = (tx: Tx, key: ArtifactKey) =>
  tx.run(sql`update queue.artifact_uploads set expires = platform.now() + interval '1 day' where ${isOf(key)}`);

/** Nothing is left to be done; the upload is remembered for a day, so that completing it may be repeated. */
export const markCompleted = (tx: Tx, upload: Upload) =>
  tx.run(sql`update queue.artifact_uploads set completed = true where ${isStill(upload)}`);

/** Forgets an upload, unless it has been completed or begun again since it was read. */
export const deleteUpload = (tx: Tx, upload: Upload) => tx.run(sql`delete from queue.artifact_uploads where ${isStill(upload)}`);

/**
 * Uploads whose time is over, the oldest first. Each is taken by one process, which has an hour to give it up: what it has not forgotten
 * then is taken again.
 */
export const takeAbandoned = (tx: Tx, limit: number) =>
  tx.many(
    Upload,
    sql`
      with late (task, run, artifact) as materialized (
        select task_id, run_id, name from queue.artifact_uploads where expires < platform.now()
        order by expires limit ${limit} for update skip locked
      )
      update queue.artifact_uploads set expires = platform.now() + interval '1 hour'
      from late where task_id = task and run_id = run and name = artifact
      returning ${columns}`,
  );
