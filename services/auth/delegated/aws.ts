import { ApiError } from '@taskcluster/api';
import type { Config } from '@taskcluster/config';
import type { settings } from '../settings.ts';
import { notConfigured } from './not-configured.ts';

const lifetimeSeconds = 3_600;

export interface S3Request {
  readonly bucket: string;
  readonly prefix: string;
  readonly readOnly: boolean;
}

/** Temporary AWS credentials for the objects of a bucket whose key begins with `prefix` (auth.md, section 8). */
export const s3Credentials = async (config: Config<typeof settings>, request: S3Request) => {
  const { bucket, prefix } = request;
  const account = config.awsBuckets.find(({ buckets }) => buckets.includes(bucket));
  if (!account) throw notConfigured(`Access to bucket ${bucket}`);
  if (prefix.startsWith('/')) throw new ApiError('InputError', 'The prefix begins with a slash, as no key in S3 does. Leave it out.');
  // The SDK takes 150 ms to load, and few deployments need it.
  const { GetFederationTokenCommand, STSClient } = await import('@aws-sdk/client-sts');
  const { accessKeyId, secretAccessKey } = account;
  const sts = new STSClient({
    region: config.awsRegion,
    credentials: { accessKeyId, secretAccessKey },
    ...(config.awsStsEndpoint === '' ? {} : { endpoint: config.awsStsEndpoint }),
  });
  try {
    const { Credentials: given } = await sts.send(
      new GetFederationTokenCommand({
        Name: 'TemporaryS3ReadWriteCredentials',
        Policy: JSON.stringify(policyFor(request)),
        DurationSeconds: lifetimeSeconds,
      }),
    );
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration)
      throw new Error('STS answered no credentials.');
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      expires: given.Expiration.toISOString(),
    };
  } finally {
    sts.destroy();
  }
};

/** What the credentials allow. Exported for its test. */
export const policyFor = ({ bucket, prefix, readOnly }: S3Request) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Objects',
      Effect: 'Allow',
      Action: readOnly ? ['s3:GetObject'] : ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      // A star or question mark in the prefix is a letter of the key, not a pattern.
      Resource: [`arn:aws:s3:::${bucket}/${literal(prefix)}*`],
    },
    {
      Sid: 'Listing',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [`arn:aws:s3:::${bucket}`],
      Condition: { StringLike: { 's3:prefix': [`${literal(prefix)}*`] } },
    },
    { Sid: 'Location', Effect: 'Allow', Action: ['s3:GetBucketLocation'], Resource: [`arn:aws:s3:::${bucket}`] },
  ],
});

const literal = (prefix: string) => prefix.replaceAll(/[$*?]/g, (character) => `\${${character}}`);
