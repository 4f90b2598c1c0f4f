import { S3Client } from '@aws-sdk/client-s3';
import type { S3Options } from './options.ts';

/** A client of the service that the options name. It logs nothing, so no key can be in what it logs. */
export const openClient = ({ region, endpoint, forcePathStyle, credentials }: S3Options): S3Client =>
  new S3Client({
    region,
    forcePathStyle,
    ...(endpoint ? { endpoint } : {}),
    ...(credentials ? { credentials } : {}),
    // Otherwise signed URLs demand a checksum of the body, which uploaders do not send and many services do not know.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  });
