import { ApiError } from '@taskcluster/api';
import { CallError } from '@taskcluster/client';
import { randomUUID } from 'node:crypto';
import type { QueueService } from '../service.ts';
import { type Artifact, objectNameOf } from './domain/artifact.ts';

/** A fresh upload id: a random UUID in 22 letters. */
export const newUploadId = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');

const answered = (err: unknown, status: number): boolean => err instanceof CallError && err.status === status;

/**
 * Reserves the object of an artifact, so that nobody else can upload it (artifacts.md, section 2, step 5). It proposes no
 * way of uploading: that is between the uploader and the object service.
 */
export const reserveObject = async (
  { object }: QueueService,
  artifact: Artifact,
  upload: { readonly projectId: string; readonly uploadId: string },
): Promise<void> => {
  try {
    await object.createUpload({ name: objectNameOf(artifact) }, { ...upload, expires: artifact.expires, proposedUploadMethods: {} });
  } catch (err) {
    if (answered(err, 409)) {
      throw new ApiError(
        'RequestConflict',
        `Another upload of artifact ${artifact.name} has begun, and an object cannot be uploaded twice. Choose another name.`,
        {},
        { cause: err },
      );
    }
    if (err instanceof CallError && err.code === 'NoMatchingBackend') {
      throw new ApiError(
        'InputError',
        'The object service of this deployment has no place for this artifact. Use the storage type s3.',
        {},
        { cause: err },
      );
    }
    throw err;
  }
};

/** Whether the upload of an artifact's object is finished. */
export const isUploaded = async ({ object }: QueueService, artifact: Artifact): Promise<boolean> => {
  try {
    await object.object({ name: objectNameOf(artifact) });
    return true;
  } catch (err) {
    if (answered(err, 404)) return false;
    throw err;
  }
};

/** A plain URL of an artifact's object; undefined when the object is gone or has none. */
export const urlOfObject = async ({ object }: QueueService, artifact: Artifact): Promise<string | undefined> => {
  try {
    return (await object.startDownload({ name: objectNameOf(artifact) }, { acceptDownloadMethods: { simple: true } })).url;
  } catch (err) {
    if (answered(err, 404) || answered(err, 406)) return undefined;
    throw err;
  }
};
