import { ApiError, type Handlers } from '@taskcluster/api';
import { maxParts, type queue } from '@taskcluster/contracts';
import type { Tx } from '@taskcluster/db';
import type { MultipartUploads } from '@taskcluster/service';
import type { QueueService } from '../service.ts';
import { accepted } from './accepted.ts';
import { refuseCreation, unknownTask } from './domain/admission.ts';
import type { Artifact, ArtifactKey } from './domain/artifact.ts';
import { inputError } from './domain/refusal.ts';
import { graceMs } from './domain/lifetime.ts';
import { cut } from './domain/parts.ts';
import { giveUp } from './give-up.ts';
import { missing, outdated } from './missing.ts';
import { newUploadId } from './objects.ts';
import { findArtifact } from './store/artifacts.ts';
import { shareTask } from './store/tasks.ts';
import { deleteUpload, findUpload, lockUpload, markCompleted, prolongUpload, putUpload, type Upload } from './store/uploads.ts';

type UploadHandlers = Pick<Handlers<typeof queue, QueueService>, 'beginUpload' | 'uploadParts' | 'completeUpload' | 'abortUpload'>;
type Uploaded = Extract<Artifact, { readonly storageType: 's3' }>;

const keyOf = ({ taskId, runId, name }: { readonly taskId: string; readonly runId: string; readonly name: string }): ArtifactKey => ({
  taskId,
  runId: Number(runId),
  name,
});

const offered = ({ artifacts: { multipart } }: QueueService): MultipartUploads => {
  if (multipart) return multipart;
  throw new ApiError('ResourceNotFound', 'Nothing is uploaded in parts here: one PUT to the URL of createArtifact takes data of any size.');
};

/** The artifact whose data is to be uploaded, if its run still takes any. */
const uploadable = async (tx: Tx, key: ArtifactKey): Promise<Uploaded> => {
  const { now, ...task } = accepted((await shareTask(tx, key.taskId)) ?? unknownTask(key.taskId));
  const artifact = await findArtifact(tx, key);
  if (!artifact) throw missing(key);
  if (artifact.storageType !== 's3')
    return accepted(
      inputError(`Artifact ${key.name} has the storage type ${artifact.storageType}. Only artifacts of type s3 are uploaded in parts.`),
    );
  accepted(refuseCreation(artifact, task, now));
  return artifact;
};

/** The upload with this id; others are as good as none. */
const locked = async (tx: Tx, key: ArtifactKey, uploadId: string): Promise<Upload> => {
  const upload = await lockUpload(tx, key);
  if (upload?.uploadId === uploadId) return upload;
  throw new ApiError(
    'RequestConflict',
    `There is no upload ${uploadId} of artifact ${key.name}: it was given up, or another one was begun after it. Begin another one.`,
  );
};

/** The upload, if these may be the ETags of its parts. It is not given up while they are joined. */
const completable = async (
  tx: Tx,
  key: ArtifactKey,
  { uploadId, etags }: { readonly uploadId: string; readonly etags: readonly string[] },
): Promise<Upload> => {
  const upload = await locked(tx, key, uploadId);
  if (upload.completed) return upload;
  if (etags.length !== upload.parts)
    accepted(
      inputError(`There are ${etags.length} ETags for ${upload.parts} parts (of at most ${maxParts}). Send one for each part, in order.`),
    );
  await prolongUpload(tx, key);
  return upload;
};

const forget = async (service: QueueService, upload: Upload): Promise<void> => {
  if (await giveUp(service, upload)) await service.db.tx((tx) => deleteUpload(tx, upload), 'queue.forget-upload');
};

/** Refuses as reading does, and gives the upload up. An artifact expires with its task at the latest, so the task need not be looked at. */
const refuseWithoutArtifact = async (service: QueueService, upload: Upload): Promise<void> => {
  const artifact = await findArtifact(service.db, upload);
  if (artifact && !artifact.expired) return;
  await forget(service, upload);
  throw artifact ? outdated(artifact) : missing(upload);
};

/** Uploads in parts: what createArtifact's one URL is for data that is too large for one PUT. The store has the parts, we only sign. */
export const uploadHandlers: UploadHandlers = {
  beginUpload: async (service, { params, body: { contentLength, contentEncoding = 'identity' } }) => {
    const { db, artifacts, log } = service;
    const multipart = offered(service);
    const key = keyOf(params);
    const { partBytes, parts } = accepted(cut(contentLength, multipart.partBytes));
    const { details, contentType } = await db.tx((tx) => uploadable(tx, key), 'queue.begin-upload');
    const storeUploadId = await multipart.begin({ ...details, contentType, contentEncoding });
    const uploadId = newUploadId();
    const { before, upload } = await db.tx(
      async (tx) => ({
        before: await lockUpload(tx, key),
        upload: await putUpload(tx, { ...key, ...details, uploadId, storeUploadId, parts }),
      }),
      'queue.keep-upload',
    );
    // It could not be completed any more. When this fails, the bucket's lifecycle rule deletes the parts.
    if (before && !before.completed)
      await artifacts.multipart
        ?.abort(before)
        .catch((err: unknown) => log.warn({ err }, 'an upload that was begun again could not be given up'));
    return { uploadId, partBytes, parts, expires: upload.expires };
  },

  uploadParts: async (service, { params, body }) => {
    const { db, now, config } = service;
    const multipart = offered(service);
    const key = keyOf(params);
    const upload = await db.tx(async (tx) => {
      const found = await locked(tx, key, body.uploadId);
      await prolongUpload(tx, key);
      return found;
    }, 'queue.upload-parts');
    const beyond = body.parts.find((number) => number > upload.parts);
    if (beyond !== undefined) accepted(inputError(`There is no part ${beyond}: the upload has ${upload.parts}. Ask for some of these.`));
    const expiresInSeconds = Math.ceil((config.uploadUrlMs + graceMs) / 1000);
    const urls = await multipart.partUrls(upload, { numbers: body.parts, expiresInSeconds });
    return { urls, expires: new Date(now() + config.uploadUrlMs).toISOString() };
  },

  // No transaction is open while the store joins, which takes as long as it takes. Who asks at the same time makes it join twice, and both succeed.
  completeUpload: async (service, { params, body: { uploadId, etags } }) => {
    const { db } = service;
    const multipart = offered(service);
    const key = keyOf(params);
    const upload = await db.tx((tx) => completable(tx, key, { uploadId, etags }), 'queue.complete-upload');
    if (upload.completed) return undefined;
    await refuseWithoutArtifact(service, upload);
    await multipart.complete(upload, etags);
    // This may have taken so long that the artifact's data was deleted before.
    await refuseWithoutArtifact(service, upload);
    await db.tx((tx) => markCompleted(tx, upload), 'queue.upload-completed');
    return undefined;
  },

  abortUpload: async (service, { params, query: { uploadId = '' } }) => {
    const upload = await findUpload(service.db, keyOf(params));
    if (upload?.uploadId === uploadId && !upload.completed) await forget(service, upload);
    return undefined;
  },
};
