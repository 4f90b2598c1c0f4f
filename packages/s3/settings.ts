import { type Config, flag, integer, text } from '@taskcluster/config';

const mib = 1024 ** 2;

/** What operators say about S3; the names are those of existing deployments (deploy.md, section 4; artifacts.md, section 7). */
export const settings = {
  publicBucket: text({
    env: 'PUBLIC_ARTIFACT_BUCKET',
    default: '',
    description: 'The S3 bucket for artifacts whose names begin with public/. Without the two buckets artifacts are kept on the disk.',
  }),
  privateBucket: text({ env: 'PRIVATE_ARTIFACT_BUCKET', default: '', description: 'The S3 bucket for all other artifacts.' }),
  region: text({
    env: 'ARTIFACT_REGION',
    default: '',
    description: 'The region of both buckets. With AWS_ENDPOINT it may be left out: us-east-1 then.',
  }),
  accessKeyId: text({
    env: 'AWS_ACCESS_KEY_ID',
    default: '',
    secret: true,
    description: 'The access key for the buckets; without it, what the AWS SDK finds (role of the pod or machine, profile).',
  }),
  secretAccessKey: text({ env: 'AWS_SECRET_ACCESS_KEY', default: '', secret: true, description: 'What belongs to AWS_ACCESS_KEY_ID.' }),
  sessionToken: text({
    env: 'AWS_SESSION_TOKEN',
    default: '',
    secret: true,
    description: 'For temporary keys. Signed URLs end with it, so prefer a role that is renewed.',
  }),
  endpoint: text({
    env: 'AWS_ENDPOINT',
    default: '',
    description: 'The address of another S3-compatible service, for workers and readers too: https://s3.example.com. Amazon unless told.',
  }),
  forcePathStyle: flag({
    env: 'AWS_FORCE_PATH_STYLE',
    default: false,
    description: 'Whether the bucket stands in the path of URLs and not in the host. MinIO and most others want true.',
  }),
  signPublicUrls: flag({
    env: 'SIGN_PUBLIC_ARTIFACT_URLS',
    default: false,
    description: 'Whether readers of public artifacts get signed URLs too, so that the public bucket need not be open to everybody.',
  }),
  publicCdn: text({
    env: 'PUBLIC_ARTIFACT_BUCKET_CDN',
    default: '',
    description: 'The address of a CDN in front of the public bucket, without a slash at the end.',
  }),
  skipCors: flag({
    env: 'AWS_SKIP_CORS_CONFIGURATION',
    default: false,
    description:
      'Whether the CORS rules of the buckets are left alone. Otherwise a rule for readers in browsers is added when it is missing.',
  }),
  bulkDelete: flag({
    env: 'AWS_USE_BULK_DELETE',
    default: true,
    description:
      'Whether expired artifacts are deleted 1,000 at a time, which is so unless told. Google Cloud Storage cannot: false there.',
  }),
  partBytes: integer({
    env: 'ARTIFACT_PART_BYTES',
    default: 64 * mib,
    min: 5 * mib,
    max: 5 * 1024 * mib,
    description: 'How many bytes a part has when an artifact is uploaded in parts; more when there would be over 10,000 parts.',
  }),
} as const;

export type S3Config = Config<typeof settings>;
