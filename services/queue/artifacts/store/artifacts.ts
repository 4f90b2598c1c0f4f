import { type Queryable, type Sql, sql, type Tx } from '@taskcluster/db';
import { Type } from 'typebox';
import { Artifact, type ArtifactKey } from '../domain/artifact.ts';
import { keptAfterExpiryMs } from '../domain/lifetime.ts';

const columns: Sql = sql`
  task_id as "taskId", run_id as "runId", name, storage_type as "storageType", content_type as "contentType",
  content_length as "contentLength", details, present, expires`;

// A run id from a URL has up to nine digits, the column has 16 bits: compared as it is, a large one would be an error.
const isKey = ({ taskId, runId, name }: ArtifactKey): Sql => sql`task_id = ${taskId} and run_id = ${runId}::int and name = ${name}`;

const FoundArtifact = Type.Intersect([Artifact, Type.Object({ expired: Type.Boolean() })]);

/** An artifact, and whether its time is over by the database's clock. */
export const findArtifact = (db: Queryable, key: ArtifactKey) =>
  db.maybe(FoundArtifact, sql`select ${columns}, expires < platform.now() as expired from queue.artifacts where ${isKey(key)}`);

/** Locks an artifact until the transaction ends. The task is locked first, if at all. */
export const lockArtifact = (tx: Tx, key: ArtifactKey) =>
  tx.maybe(Artifact, sql`select ${columns} from queue.artifacts where ${isKey(key)} for update`);

export interface ListRequest {
  readonly taskId: string;
  readonly runId: number;
  /** The last name of the page before; '' for the first page. */
  readonly after: string;
  readonly limit: number;
}
/** Artifacts of a run in the order of their names, unfinished ones too. */
export const listRun = (db: Queryable, { taskId, runId, after, limit }: ListRequest) =>
  db.many(
    Artifact,
    sql`select ${columns} from queue.artifacts where task_id = ${taskId} and run_id = ${runId}::int and name > ${after} order by name limit ${limit}`,
  );

/** Stores a new artifact; answers whether it is new. It waits for a transaction that creates the same one. */
export const insertArtifact = async (
  tx: Tx,
  { taskId, runId, name, storageType, contentType, contentLength, details, present, expires }: Artifact,
) => {
  const inserted = await tx.run(sql`
    insert into queue.artifacts (task_id, run_id, name, storage_type, content_type, content_length, details, present, expires)
    values (${taskId}, ${runId}, ${name}, ${storageType}, ${contentType}, ${contentLength}, ${JSON.stringify(details)}::json, ${present}, ${expires})
    on conflict (task_id, run_id, name) do nothing`);
  return inserted === 1;
};

/** Writes what a repeated creation may change. */
export const updateArtifact = (tx: Tx, { storageType, details, expires, ...key }: Artifact) =>
  tx.run(
    sql`update queue.artifacts set storage_type = ${storageType}, details = ${JSON.stringify(details)}::json, expires = ${expires} where ${isKey(key)}`,
  );

/** Shows an object artifact to readers; its upload id is of no more use. */
export const markPresent = (tx: Tx, key: ArtifactKey) =>
  tx.run(sql`update queue.artifacts set present = true, details = '{}' where ${isKey(key)}`);

/**
 * Artifacts that expired more than half an hour ago, the oldest first. They stay locked, so nobody prolongs them while their
 * data is deleted, and each is taken by one process.
 */
export const takeExpired = (tx: Tx, limit: number) =>
  tx.many(
    Artifact,
    sql`
      select ${columns} from queue.artifacts
      where expires < platform.now() - ${`${keptAfterExpiryMs} ms`}::interval and (delete_after is null or delete_after < platform.now())
      order by expires limit ${limit} for update skip locked`,
  );

const areKeys = (keys: readonly ArtifactKey[]): Sql => sql`
  json_to_recordset(${JSON.stringify(keys.map(({ taskId, runId, name }) => ({ taskId, runId, name })))}::json) as k ("taskId" text, "runId" smallint, name text)
  where a.task_id = k."taskId" and a.run_id = k."runId" and a.name = k.name`;

export const deleteArtifacts = (tx: Tx, keys: readonly ArtifactKey[]) => tx.run(sql`delete from queue.artifacts a using ${areKeys(keys)}`);

/** Expired artifacts whose data could not be deleted are taken again in a day, so that they do not keep others waiting. */
export const postponeDeletion = (tx: Tx, keys: readonly ArtifactKey[]) =>
  tx.run(sql`update queue.artifacts a set delete_after = platform.now() + interval '1 day' from ${areKeys(keys)}`);
