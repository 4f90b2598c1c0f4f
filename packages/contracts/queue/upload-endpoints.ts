import { del, post, put } from '../contract.ts';
import { patterns } from '../identifiers.ts';

import { BeginUploadRequest, BeginUploadResponse, CompleteUploadRequest, UploadPartsRequest, UploadPartsResponse } from './uploads.ts';

const shared = { category: 'Artifacts', scopes: 'queue:create-artifact:<taskId>/<runId>', unpublished: true } as const;

/**
 * Uploading an `s3` artifact in parts, which S3 demands above 5 GiB. Not part of the v1 API: an uploader that knows nothing of it
 * sends one PUT, as ever. The artifact is created first (`createArtifact`).
 */
export const uploadEndpoints = {
  beginUpload: post('/task/:taskId/runs/:runId/artifact-upload/:name(*)', {
    ...shared,
    title: 'Begin an upload in parts',
    description:
      'Begins to upload the data of an `s3` artifact in parts. An upload of it that was begun before and is not complete is given up. ' +
      '404 when this deployment takes an artifact of any size with one PUT.',
    input: BeginUploadRequest,
    output: BeginUploadResponse,
  }),
  uploadParts: post('/task/:taskId/runs/:runId/artifact-upload-parts/:name(*)', {
    ...shared,
    title: 'Where to send parts',
    description: 'Signed URLs for some parts of an upload. May be asked for again when they run out.',
    input: UploadPartsRequest,
    output: UploadPartsResponse,
  }),
  completeUpload: put('/task/:taskId/runs/:runId/artifact-upload/:name(*)', {
    ...shared,
    title: 'Complete an upload in parts',
    description: 'Joins the parts; from now on they are the data of the artifact. It may be repeated.',
    input: CompleteUploadRequest,
  }),
  abortUpload: del('/task/:taskId/runs/:runId/artifact-upload/:name(*)', {
    ...shared,
    title: 'Give an upload in parts up',
    description: 'Deletes the parts that were sent. It may be repeated.',
    query: { uploadId: new RegExp(patterns.slugid) },
  }),
} as const;
