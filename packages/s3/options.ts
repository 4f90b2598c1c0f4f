import type { ArtifactBucket } from '@taskcluster/service';
import type { S3Config } from './settings.ts';

/** A configuration that has been found complete. */
export interface S3Options {
  readonly buckets: Readonly<Record<ArtifactBucket, string>>;
  readonly region: string;
  /** Absent: Amazon. */
  readonly endpoint?: string;
  readonly forcePathStyle: boolean;
  /** Absent: what the SDK finds, renewed by it. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  readonly signPublicUrls: boolean;
  readonly publicCdn?: string;
  readonly configureCors: boolean;
  readonly bulkDelete: boolean;
  readonly partBytes: number;
}

/** Whether anything was said about S3. The AWS_ variables alone mean nothing: they may be there for others. */
const isWanted = ({ publicBucket, privateBucket, region, publicCdn, signPublicUrls }: S3Config) =>
  publicBucket !== '' || privateBucket !== '' || region !== '' || publicCdn !== '' || signPublicUrls;

/** The options of the store, or undefined when artifacts are to be kept elsewhere. Call `mistakesIn` first. */
export const s3Options = (config: S3Config): S3Options | undefined => {
  if (!isWanted(config)) return undefined;
  const { publicBucket, privateBucket, region, endpoint, accessKeyId, secretAccessKey, sessionToken, publicCdn } = config;
  const { forcePathStyle, signPublicUrls, bulkDelete, partBytes } = config;
  return {
    buckets: { public: publicBucket, private: privateBucket },
    region: region || 'us-east-1',
    ...(endpoint ? { endpoint: endpoint.replace(/\/$/, '') } : {}),
    forcePathStyle,
    ...(accessKeyId ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } } : {}),
    signPublicUrls,
    ...(publicCdn ? { publicCdn } : {}),
    configureCors: !config.skipCors,
    bulkDelete,
    partBytes,
  };
};

/** Everything that is wrong with the configuration of S3, a sentence or two each. Values of keys are never shown. */
export const mistakesIn = (config: S3Config): string[] =>
  isWanted(config) ? [...bucketMistakes(config), ...keyMistakes(config), ...addressMistakes(config)] : [];

// The names that Amazon and the others agree on.
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const bucketMistakes = ({ publicBucket, privateBucket, signPublicUrls }: S3Config): string[] => {
  const named = [
    ['PUBLIC_ARTIFACT_BUCKET', publicBucket],
    ['PRIVATE_ARTIFACT_BUCKET', privateBucket],
  ] as const;
  const each = named.flatMap(([env, bucket]) => {
    if (bucket === '')
      return [`${env} is not set, but other settings of S3 are. Name the bucket, or remove the others to keep artifacts on the disk.`];
    if (!bucketName.test(bucket))
      return [
        `${env}=${JSON.stringify(bucket)} cannot be a bucket: 3 to 63 of a-z, 0-9, "-" and "." are. Give the name alone, without s3://.`,
      ];
    return [];
  });
  const same = publicBucket !== '' && publicBucket === privateBucket && !signPublicUrls;
  return same
    ? [
        ...each,
        `${publicBucket} is the public and the private bucket: everybody could read private artifacts. Use two, or set SIGN_PUBLIC_ARTIFACT_URLS=true.`,
      ]
    : each;
};

const keyMistakes = ({ accessKeyId, secretAccessKey, sessionToken }: S3Config): string[] => {
  if (accessKeyId && !secretAccessKey)
    return ['AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not. Set both, or none to use a role.'];
  if (!accessKeyId && (secretAccessKey || sessionToken))
    return [
      `${secretAccessKey ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_SESSION_TOKEN'} is set and AWS_ACCESS_KEY_ID is not. Set it too, or neither to use a role.`,
    ];
  return [];
};

const addressMistakes = ({ region, endpoint, publicCdn, bulkDelete }: S3Config): string[] => {
  const mistakes: string[] = [];
  if (region === '' && endpoint === '') mistakes.push('ARTIFACT_REGION is not set. Name the region of the buckets, such as eu-central-1.');
  if (region !== '' && !/^[a-z0-9-]{1,40}$/.test(region))
    mistakes.push(`ARTIFACT_REGION=${JSON.stringify(region)} is not a region. It is something like eu-central-1.`);
  if (endpoint !== '' && !isOrigin(endpoint))
    mistakes.push(
      `AWS_ENDPOINT=${JSON.stringify(endpoint)} is not an address such as https://s3.example.com. Give scheme, host and port only, without the bucket.`,
    );
  if (publicCdn !== '' && !isBase(publicCdn))
    mistakes.push(
      `PUBLIC_ARTIFACT_BUCKET_CDN=${JSON.stringify(publicCdn)} is not an address such as https://cdn.example.com. Leave out a slash at its end.`,
    );
  if (bulkDelete && isOrigin(endpoint) && new URL(endpoint).hostname.endsWith('storage.googleapis.com'))
    mistakes.push('Google Cloud Storage does not delete in bulk. Set AWS_USE_BULK_DELETE=false.');
  return mistakes;
};

const parsed = (address: string) => (/^https?:\/\//.test(address) && URL.canParse(address) ? new URL(address) : undefined);
const isOrigin = (address: string): boolean => {
  const url = parsed(address);
  return url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
};
const isBase = (address: string): boolean => {
  const url = parsed(address);
  return url !== undefined && !address.endsWith('/') && url.search === '' && url.hash === '' && url.username === '';
};
