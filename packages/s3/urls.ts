import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { ApiError } from '@taskcluster/api';
import type { ArtifactBucket, ArtifactStore } from '@taskcluster/service';
import { objectKey, pathOfKey } from './object-key.ts';
import type { S3Options } from './options.ts';

/** What signing needs. */
export interface Signing {
  readonly client: S3Client;
  readonly options: S3Options;
  /** Milliseconds since 1970. S3 compares signatures with a clock of its own. */
  readonly now: () => number;
}

/** Signs, and says to which bucket. */
export const signedPut = async (
  { client, options, now }: Signing,
  { bucket, key, contentType, expiresInSeconds }: Parameters<ArtifactStore['putUrl']>[0],
): Promise<string> => {
  // Printable ASCII without spaces around it: what every HTTP client sends as it was signed.
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(contentType)) {
    throw new ApiError(
      'InputError',
      'The content type {{given}} cannot be sent in a header. Use something like text/plain; charset=utf-8.',
      {
        given: JSON.stringify(contentType.slice(0, 100)),
      },
    );
  }
  const command = new PutObjectCommand({ Bucket: options.buckets[bucket], Key: objectKey(key), ContentType: contentType });
  // Without this the type would be left out of the signature, and any could be sent (artifacts.md, section 2, step 8).
  const signableHeaders = new Set(['host', 'content-type']);
  return getSignedUrl(client, command, { expiresIn: expiresInSeconds, signableHeaders, signingDate: new Date(now()) });
};

const signedGet = (
  { client, options, now }: Signing,
  { bucket, key, expiresInSeconds }: Parameters<ArtifactStore['getUrl']>[0],
): Promise<string> =>
  getSignedUrl(client, new GetObjectCommand({ Bucket: options.buckets[bucket], Key: objectKey(key) }), {
    expiresIn: expiresInSeconds,
    signingDate: new Date(now()),
  });

/**
 * URLs for readers (artifacts.md, section 4): signed for the private bucket, and for the public one when public URLs are signed too.
 * Otherwise public data is at the CDN, or at the bucket itself.
 */
export const readUrls = (signing: Signing): ArtifactStore['getUrl'] => {
  const { signPublicUrls, publicCdn } = signing.options;
  let base: Promise<string> | undefined;
  return async (download) => {
    if (download.bucket === 'private' || signPublicUrls) return signedGet(signing, download);
    if (publicCdn && !download.direct) return `${publicCdn}/${pathOfKey(download.key)}`;
    base ??= bucketUrl(signing, 'public').catch((err: unknown) => {
      base = undefined;
      throw err;
    });
    return `${await base}/${pathOfKey(download.key)}`;
  };
};

/** The address of a bucket, as the SDK makes it: host or path, partition, port. */
const bucketUrl = async (signing: Signing, bucket: ArtifactBucket): Promise<string> => {
  const { origin, pathname } = new URL(await signedGet(signing, { bucket, key: 'x', expiresInSeconds: 60 }));
  return `${origin}${pathname.slice(0, -'/x'.length)}`;
};
