import type { ArtifactBucket } from '@taskcluster/service';
import type { S3Options } from './options.ts';

/** What went wrong with a bucket. */
export interface Trouble {
  readonly bucket: ArtifactBucket;
  /** What was tried, as in "may not be …". */
  readonly attempt: 'written to' | 'read' | 'deleted from' | 'read by everybody';
  /** The code that S3 or the network gave. */
  readonly code: string;
  readonly status?: number;
  /** How far our clock is ahead of S3's; negative when it is behind. */
  readonly skewMs?: number;
}

// S3 refuses signatures when the clocks differ by more than 15 minutes; URLs of 45 minutes are already much shorter than they say.
const worstSkewMs = 5 * 60_000;

/** Whether the clocks differ by too much. */
export const isSkewed = (skewMs: number): boolean => Math.abs(skewMs) > worstSkewMs;

const permissions = { 'written to': 's3:PutObject', read: 's3:GetObject', 'deleted from': 's3:DeleteObject' } as const;

/** One sentence about what is wrong, one about what to do. */
export const sentenceAbout = (trouble: Trouble, options: S3Options): string => {
  const { bucket, attempt, code, status, skewMs = 0 } = trouble;
  const name = options.buckets[bucket];
  const which = `The ${bucket} artifact bucket ${name}`;
  if (isSkewed(skewMs) || code === 'RequestTimeTooSkewed') return aboutClock(skewMs);
  if (code === 'NoSuchBucket') return `${which} does not exist at ${addressOf(options)}. Create it, or correct ${variables[bucket]}.`;
  if (redirects.has(code) || status === 301 || status === 307)
    return `${which} is not in the region ${options.region}. Set ARTIFACT_REGION to the region of the bucket.`;
  if (code in aboutKeys) return `${which} cannot be used: ${aboutKeys[code]}`;
  if (attempt === 'read by everybody') {
    return `${which} may not be read by everybody (${code}). Give it a policy that lets everybody s3:GetObject, or set SIGN_PUBLIC_ARTIFACT_URLS=true.`;
  }
  if (status === 403)
    return `${which} may not be ${attempt} (${code}). Allow these credentials ${permissions[attempt]} on arn:aws:s3:::${name}/*.`;
  if (status === undefined)
    return `The object store at ${addressOf(options)} cannot be reached (${code}). Is AWS_ENDPOINT right, does it run, and may this machine connect to it?`;
  return `${which} cannot be ${attempt}: the store answered ${status} ${code}. Its own log may say more.`;
};

const variables = { public: 'PUBLIC_ARTIFACT_BUCKET', private: 'PRIVATE_ARTIFACT_BUCKET' } as const;
const redirects = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'AuthorizationQueryParametersError',
  'IncorrectRegion',
]);
const aboutKeys: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'the store does not know the access key. Correct AWS_ACCESS_KEY_ID.',
  SignatureDoesNotMatch:
    'the secret does not belong to the access key. Correct AWS_SECRET_ACCESS_KEY; a proxy that changes Host or path does this too.',
  ExpiredToken: 'the session token has expired. Set a new AWS_SESSION_TOKEN, or use a role that is renewed.',
  InvalidToken: 'the session token is not valid. Correct AWS_SESSION_TOKEN, or remove it when the keys are permanent.',
  CredentialsProviderError: 'there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this process a role.',
};

const addressOf = ({ endpoint, region }: S3Options) => endpoint ?? `Amazon S3 (${region})`;

const aboutClock = (skewMs: number): string => {
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const how = skewMs === 0 ? 'more than 15 minutes away from' : `${minutes} minutes ${skewMs > 0 ? 'ahead of' : 'behind'}`;
  return `The clock of this machine is ${how} that of the object store, so its signatures are refused. Set the clock (NTP).`;
};
