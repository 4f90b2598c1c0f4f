import { checkConfigs, loadConfig } from '@taskcluster/config';
import { expect, test } from 'vitest';
import { mistakesIn, s3Options } from './options.ts';
import { s3Origins } from './origins.ts';
import { settings } from './settings.ts';

const complete = { PUBLIC_ARTIFACT_BUCKET: 'one', PRIVATE_ARTIFACT_BUCKET: 'two', ARTIFACT_REGION: 'eu-central-1' };
const mistakes = (env: Readonly<Record<string, string>>) => mistakesIn(loadConfig(settings, env));
const options = (env: Readonly<Record<string, string>>) => s3Options(loadConfig(settings, env));

test('without anything about S3 artifacts are kept elsewhere, even where AWS_ variables are there for others', () => {
  const others: Record<string, string>[] = [{}, { AWS_ACCESS_KEY_ID: 'a', AWS_ENDPOINT: 'nonsense' }, { AWS_SESSION_TOKEN: 'x' }];
  for (const env of others) expect([mistakes(env), options(env)]).toEqual([[], undefined]);
});

test('buckets and a region are enough: the credentials are those of the role', () => {
  expect(mistakes(complete)).toEqual([]);
  expect(options(complete)).toEqual({
    buckets: { public: 'one', private: 'two' },
    region: 'eu-central-1',
    forcePathStyle: false,
    signPublicUrls: false,
    configureCors: true,
    bulkDelete: true,
    partBytes: 64 * 1024 ** 2,
  });
});

test('everything that can be said is used', () => {
  const env = {
    ...complete,
    AWS_ENDPOINT: 'https://s3.example.com:9000/',
    AWS_FORCE_PATH_STYLE: 'true',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'hush',
    AWS_SESSION_TOKEN: 'token',
    SIGN_PUBLIC_ARTIFACT_URLS: 'true',
    PUBLIC_ARTIFACT_BUCKET_CDN: 'https://cdn.example.com/a',
    AWS_SKIP_CORS_CONFIGURATION: 'true',
    AWS_USE_BULK_DELETE: 'false',
    ARTIFACT_PART_BYTES: '5242880',
  };
  expect(mistakes(env)).toEqual([]);
  expect(options(env)).toEqual({
    buckets: { public: 'one', private: 'two' },
    region: 'eu-central-1',
    endpoint: 'https://s3.example.com:9000',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'hush', sessionToken: 'token' },
    signPublicUrls: true,
    publicCdn: 'https://cdn.example.com/a',
    configureCors: false,
    bulkDelete: false,
    partBytes: 5 * 1024 ** 2,
  });
});

test('another service needs no region', () => {
  const { ARTIFACT_REGION: _, ...env } = { ...complete, AWS_ENDPOINT: 'http://localhost:9000' };
  expect([mistakes(env), options(env)?.region]).toEqual([[], 'us-east-1']);
});

test.each([
  [{ PUBLIC_ARTIFACT_BUCKET: '' }, /^PUBLIC_ARTIFACT_BUCKET is not set/],
  [{ PRIVATE_ARTIFACT_BUCKET: '' }, /^PRIVATE_ARTIFACT_BUCKET is not set/],
  [{ PUBLIC_ARTIFACT_BUCKET: 's3://one' }, /^PUBLIC_ARTIFACT_BUCKET="s3:\/\/one" cannot be a bucket/],
  [{ PRIVATE_ARTIFACT_BUCKET: 'one' }, /^one is the public and the private bucket/],
  [{ ARTIFACT_REGION: '' }, /^ARTIFACT_REGION is not set/],
  [{ ARTIFACT_REGION: 'Frankfurt, Germany' }, /^ARTIFACT_REGION="Frankfurt, Germany" is not a region/],
  [{ AWS_ACCESS_KEY_ID: 'hush' }, /^AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not/],
  [{ AWS_SECRET_ACCESS_KEY: 'hush' }, /^AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not/],
  [{ AWS_SESSION_TOKEN: 'hush' }, /^AWS_SESSION_TOKEN is set and AWS_ACCESS_KEY_ID is not/],
  [{ AWS_ENDPOINT: 's3.example.com' }, /^AWS_ENDPOINT="s3.example.com" is not an address/],
  [{ AWS_ENDPOINT: 'https://s3.example.com/bucket' }, /^AWS_ENDPOINT=.* without the bucket\.$/],
  [{ AWS_ENDPOINT: 'https://storage.googleapis.com' }, /AWS_USE_BULK_DELETE=false/],
  [{ PUBLIC_ARTIFACT_BUCKET_CDN: 'https://cdn.example.com/' }, /^PUBLIC_ARTIFACT_BUCKET_CDN=.*Leave out a slash at its end\.$/],
  [{ PUBLIC_ARTIFACT_BUCKET_CDN: 'cdn' }, /^PUBLIC_ARTIFACT_BUCKET_CDN="cdn" is not an address/],
])('%j is a mistake', (change, message) => {
  const found = mistakes({ ...complete, ...change });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(message);
  expect(found[0]).not.toContain('hush');
});

test('one bucket for both is right when all URLs are signed', () => {
  expect(mistakes({ ...complete, PRIVATE_ARTIFACT_BUCKET: 'one', SIGN_PUBLIC_ARTIFACT_URLS: 'true' })).toEqual([]);
});

test('a half configuration is refused with all of its mistakes at once', () => {
  const env = { PUBLIC_ARTIFACT_BUCKET: 'One', AWS_SECRET_ACCESS_KEY: 'hush', AWS_ENDPOINT: 'minio:9000', AWS_FORCE_PATH_STYLE: 'yes' };
  const check = () => checkConfigs([{ settings, mistakes: mistakesIn }], env);
  expect(check).toThrow(
    /5 mistakes[^]*AWS_FORCE_PATH_STYLE[^]*PUBLIC_ARTIFACT_BUCKET[^]*PRIVATE_ARTIFACT_BUCKET[^]*AWS_SECRET[^]*AWS_ENDPOINT/,
  );
  expect(check).not.toThrow(/hush/);
});

test('the origins are those of what is signed and of the CDN', async () => {
  const origins = (env: Readonly<Record<string, string>>) => s3Origins(loadConfig(settings, env));
  expect(await origins({})).toEqual([]);
  expect(await origins(complete)).toEqual(['https://two.s3.eu-central-1.amazonaws.com', 'https://one.s3.eu-central-1.amazonaws.com']);
  const other = { ...complete, AWS_ENDPOINT: 'http://localhost:9000', PUBLIC_ARTIFACT_BUCKET_CDN: 'https://cdn.example.com/x' };
  expect(await origins({ ...other, AWS_FORCE_PATH_STYLE: 'true' })).toEqual(['http://localhost:9000', 'https://cdn.example.com']);
  expect(await origins(other)).toContain('http://two.localhost:9000');
});
