import { Readable } from 'node:stream';
import { ApiError } from '@taskcluster/api';
import type { Tx } from '@taskcluster/db';
import { fileId } from '../disk/folder.ts';
import { buckets, signedUrl } from '../domain/signed-url.ts';
import { findFile } from '../store/files.ts';
import { holdUnfinished, type ObjectRecord } from '../store/objects.ts';
import type { Backend } from './backend.ts';
import { deleteFiles, type LocalFiles, saveFile } from './files.ts';

/** What signs URLs of this process's own storage. */
export interface Signing {
  readonly rootUrl: string;
  readonly urlKey: Buffer;
  readonly now: () => number;
}

const bucket = buckets.objects;
const uploadMinutes = 45;
// The URL works a little longer than it says, so that a client which starts in the last second is served.
const graceSeconds = 10;

/** The key of an object's bytes. Its upload id comes first: see `data_id` in the migration. */
const keyOf = ({ dataId, name }: Pick<ObjectRecord, 'dataId' | 'name'>) => `${dataId}/${name}`;

/** Refuses bytes for an upload that was finished or given up: a finished object never changes. */
export const guardUpload = (key: string) => async (tx: Tx) => {
  const at = key.indexOf('/');
  if (await holdUnfinished(tx, key.slice(at + 1), key.slice(0, at))) return;
  throw new ApiError(
    'RequestConflict',
    'The upload that this URL belongs to is finished or was given up. Begin another one with createUpload.',
  );
};

/** Keeps the bytes on this machine's disk and serves them itself. */
export const localBackend = ({ rootUrl, urlKey, now }: Signing, files: LocalFiles): Backend => ({
  downloadMethods: ['getUrl', 'simple'],
  async beginUpload(object, method) {
    const key = keyOf(object);
    if (method.name === 'dataInline') {
      const { contentType, data } = method;
      await saveFile(files, {
        bucket,
        key,
        contentType,
        contentEncoding: null,
        source: Readable.from([data]),
        maxBytes: data.length,
        guard: guardUpload(key),
      });
      return { dataInline: true };
    }
    const { contentType, contentLength } = method;
    const lapses = now() + uploadMinutes * 60_000;
    const url = signedUrl(rootUrl, urlKey, { method: 'PUT', bucket, key, contentType, expires: Math.floor(lapses / 1000) + graceSeconds });
    const headers = { 'Content-Type': contentType, 'Content-Length': String(contentLength), 'Content-Encoding': 'identity' };
    return { putUrl: { url, expires: new Date(lapses).toISOString(), headers } };
  },
  async finishUpload(object) {
    const key = keyOf(object);
    if (await findFile(files.db, fileId(bucket, key))) return;
    // Nobody was told how to upload, so there is nothing to wait for: the object is empty, and readers find it so.
    if (object.uploadMethod === null) {
      const empty = { source: Readable.from([]), maxBytes: 0, contentType: 'application/octet-stream', contentEncoding: null };
      return void (await saveFile(files, { ...empty, bucket, key, guard: guardUpload(key) }));
    }
    throw new ApiError('InputError', 'The data of the object was not uploaded. Upload it as createUpload said, then finish the upload.');
  },
  urlOf: async (object, seconds) =>
    signedUrl(rootUrl, urlKey, { method: 'GET', bucket, key: keyOf(object), expires: Math.floor(now() / 1000) + seconds }),
  remove: (objects) => deleteFiles(files, bucket, objects.map(keyOf)),
});
