import { type CORSRule, GetBucketCorsCommand, PutBucketCorsCommand, type S3Client } from '@aws-sdk/client-s3';

/** What pages of any origin may do with the URLs that they were given (artifacts.md, section 7). The signature is what protects. */
const rule: CORSRule = {
  AllowedOrigins: ['*'],
  AllowedMethods: ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'],
  AllowedHeaders: ['*'],
  ExposeHeaders: ['ETag'],
  MaxAgeSeconds: 3600,
};

const allows = ({ AllowedOrigins = [], AllowedMethods = [], AllowedHeaders = [] }: CORSRule): boolean =>
  AllowedOrigins.includes('*') && AllowedHeaders.includes('*') && (rule.AllowedMethods ?? []).every((m) => AllowedMethods.includes(m));

/** Makes sure that pages may read and upload. Rules that are there stay; the one that is missing is added. */
export const allowPages = async (client: S3Client, bucket: string): Promise<void> => {
  const rules = await client.send(new GetBucketCorsCommand({ Bucket: bucket })).then(
    ({ CORSRules = [] }) => CORSRules,
    (err: unknown) => {
      if (err instanceof Error && err.name === 'NoSuchCORSConfiguration') return [];
      throw err;
    },
  );
  if (rules.some(allows)) return;
  await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: [...rules, rule] } }));
};
