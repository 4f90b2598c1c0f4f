import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ApiError } from '@taskcluster/api';
import type { ArtifactPlace, MultipartUploads } from '@taskcluster/service';
import { objectKey } from './object-key.ts';
import type { Signing } from './urls.ts';

/** Uploads in parts: S3 refuses a single PUT above 5 GiB, and a large one that breaks off begins at its start again. */
export const multipartUploads = ({ client, options, now }: Signing): MultipartUploads => {
  const at = ({ bucket, key }: ArtifactPlace) => ({ Bucket: options.buckets[bucket], Key: objectKey(key) });
  return {
    partBytes: options.partBytes,
    begin: async ({ contentType, contentEncoding, ...place }) => {
      const encoding = contentEncoding === 'identity' ? {} : { ContentEncoding: contentEncoding };
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at(place), ContentType: contentType, ...encoding }));
      if (!UploadId) throw new Error('S3 began a multipart upload and did not say its id. Is AWS_ENDPOINT an S3-compatible service?');
      return UploadId;
    },
    partUrls: ({ storeUploadId, ...place }, { numbers, expiresInSeconds }) =>
      Promise.all(
        numbers.map((PartNumber) =>
          getSignedUrl(client, new UploadPartCommand({ ...at(place), UploadId: storeUploadId, PartNumber }), {
            expiresIn: expiresInSeconds,
            signingDate: new Date(now()),
          }),
        ),
      ),
    complete: async ({ storeUploadId, ...place }, etags) => {
      const Parts = etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
      try {
        await client.send(new CompleteMultipartUploadCommand({ ...at(place), UploadId: storeUploadId, MultipartUpload: { Parts } }));
      } catch (err) {
        throw refusalOf(err) ?? err;
      }
    },
    abort: async ({ storeUploadId, ...place }) => {
      try {
        await client.send(new AbortMultipartUploadCommand({ ...at(place), UploadId: storeUploadId }));
      } catch (err) {
        if (nameOf(err) !== 'NoSuchUpload') throw err;
      }
    },
  };
};

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
