import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ApiError } from '@taskcluster/api';
import type { ArtifactPlace, MultipartUploads } from '@taskcluster/service';
import { randomUUID } from 'node:crypto';
import { objectKey } from './object-key.ts';
import type { Signing } from './urls.ts';

/** Uploads in parts: S3 refuses a single PUT above 5 GiB, and a large one that breaks off begins at its start again. */
export const multipartUploads = ({ client, options, now }: Signing): MultipartUploads => {
  const at = ({ bucket, key }: ArtifactPlace) => ({ Bucket: options.buckets[bucket], Key: objectKey(key) });
  return {
    partBytes: options.partBytes,
    begin: async ({ contentType, contentEncoding, ...place }) => {
      const encoding = contentEncoding === 'identity' ? {} : { ContentEncoding: contentEncoding };
      const mark = randomUUID();
      const about = { ContentType: contentType, Metadata: { [markName]: mark }, ...encoding };
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at(place), ...about }));
      if (!UploadId) throw new Error('S3 began a multipart upload and did not say its id. Is AWS_ENDPOINT an S3-compatible service?');
      return `${UploadId}#${mark}`;
    },
    partUrls: ({ storeUploadId, ...place }, { numbers, expiresInSeconds }) =>
      Promise.all(
        numbers.map((PartNumber) =>
          getSignedUrl(client, new UploadPartCommand({ ...at(place), UploadId: idOf(storeUploadId), PartNumber }), {
            expiresIn: expiresInSeconds,
            signingDate: new Date(now()),
          }),
        ),
      ),
    complete: async ({ storeUploadId, ...place }, etags) => {
      const Parts = etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
      try {
        await client.send(new CompleteMultipartUploadCommand({ ...at(place), UploadId: idOf(storeUploadId), MultipartUpload: { Parts } }));
      } catch (err) {
        const refusal = refusalOf(err);
        // What is joined already has no parts any more. The answer to the first time was lost, or is only on its way.
        if (refusal && (await isJoined(client, at(place), markOf(storeUploadId)))) return;
        throw refusal ?? err;
      }
    },
    abort: async ({ storeUploadId, ...place }) => {
      try {
        await client.send(new AbortMultipartUploadCommand({ ...at(place), UploadId: idOf(storeUploadId) }));
      } catch (err) {
        if (nameOf(err) !== 'NoSuchUpload') throw err;
      }
    },
  };
};

/**
 * Each upload gives its object a mark (`x-amz-meta-taskcluster-upload`), by which we see what the store itself no longer says: whether an
 * upload that it does not know has become the object. ETags would say it of some stores only: with KMS, and at Google, they are no MD5 of
 * what was sent. The mark is kept with the id, after a `#`, which no id has: ids go into URLs.
 */
const markName = 'taskcluster-upload';
const idOf = (storeUploadId: string): string => storeUploadId.split('#')[0] ?? '';
const markOf = (storeUploadId: string): string | undefined => storeUploadId.split('#')[1];

const isJoined = async (client: S3Client, place: { readonly Bucket: string; readonly Key: string }, mark: string | undefined) => {
  if (mark === undefined) return false;
  try {
    const { Metadata = {} } = await client.send(new HeadObjectCommand(place));
    return Metadata[markName] === mark;
  } catch (err) {
    // Without s3:ListBucket, S3 answers 403 for what is not there.
    if ([403, 404].includes(statusOf(err))) return false;
    throw err;
  }
};

const statusOf = (err: unknown): number => (err as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
const nameOf = (err: unknown): string => (err instanceof Error ? err.name : '');

const refusalOf = (cause: unknown): ApiError | undefined => {
  switch (nameOf(cause)) {
    case 'NoSuchUpload':
      return new ApiError(
        'RequestConflict',
        'The store knows this upload no more: it was given up, or took too long. Begin another one.',
        {},
        { cause },
      );
    case 'InvalidPart':
    case 'InvalidPartOrder':
      return new ApiError(
        'InputError',
        'A part is missing, or its ETag is another one. Send the ETags of all parts in order.',
        {},
        { cause },
      );
    case 'EntityTooSmall':
      return new ApiError(
        'InputError',
        'A part other than the last has less than 5 MiB. Send parts of the size that was told.',
        {},
        { cause },
      );
    default:
      return undefined;
  }
};
