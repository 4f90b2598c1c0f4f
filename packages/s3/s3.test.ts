import { GetBucketCorsCommand, PutBucketCorsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type Log, silentLog } from '@taskcluster/log';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { s3ArtifactStore } from './artifact-store.ts';
import type { S3Options } from './options.ts';
import { everybodyReads, hasS3Server, startTestS3, type TestS3 } from './testing.ts';

/** A log that keeps what it is told. */
const keepingLog = () => {
  const lines: { readonly level: string; readonly text: string }[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, text: `${message} ${JSON.stringify(fields)}` });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return { log, lines };
};

describe.skipIf(!hasS3Server('the tests of S3'))('S3', () => {
  let s3: TestS3;
  let usual: S3Options;
  beforeAll(async () => {
    s3 = await startTestS3();
    const buckets = { public: 'for-everybody', private: 'for-some' };
    await s3.bucket(buckets.public, [everybodyReads]);
    await s3.bucket(buckets.private);
    usual = {
      buckets,
      region: s3.region,
      endpoint: s3.endpoint,
      forcePathStyle: true,
      credentials: s3.root,
      signPublicUrls: false,
      configureCors: true,
      bulkDelete: true,
      partBytes: 5 * 1024 ** 2,
    };
  });
  afterAll(() => s3.close());

  const storeWith = (more: Partial<S3Options> = {}, log: Log = silentLog) => s3ArtifactStore({ options: { ...usual, ...more }, log });
  const upload = async (key: string, { bucket = 'private' as const, store = storeWith() } = {}) => {
    const url = await store.putUrl({ bucket, key, contentType: 'text/plain', expiresInSeconds: 60 });
    return fetch(url, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: key });
  };

  test('public data has a URL that never runs out, and it is the CDN’s where there is one, unless the reader goes past it', async () => {
    const at = { bucket: 'public', key: 'T/0/public/a b?.txt', expiresInSeconds: 60 } as const;
    const atTheBucket = `${s3.endpoint}/for-everybody/T/0/public/a%20b%3F.txt`;
    expect(await storeWith().getUrl(at)).toBe(atTheBucket);
    const cdn = storeWith({ publicCdn: 'https://cdn.example.com/x' });
    expect(await cdn.getUrl(at)).toBe('https://cdn.example.com/x/T/0/public/a%20b%3F.txt');
    expect(await cdn.getUrl({ ...at, direct: true })).toBe(atTheBucket);
    expect(await cdn.getUrl({ ...at, bucket: 'private' })).toContain('/for-some/T/0/public/a%20b%3F.txt?X-Amz-');
    expect(await storeWith({ signPublicUrls: true, publicCdn: 'https://cdn.example.com' }).getUrl(at)).toContain('X-Amz-Signature=');
  });

  test('Amazon’s own addresses have the bucket in the host', async () => {
    const { endpoint: _, ...amazon } = usual;
    const store = s3ArtifactStore({ options: { ...amazon, region: 'eu-central-1', forcePathStyle: false }, log: silentLog });
    const at = { key: 'T/0/x', expiresInSeconds: 60 } as const;
    expect(await store.getUrl({ ...at, bucket: 'public' })).toBe('https://for-everybody.s3.eu-central-1.amazonaws.com/T/0/x');
    expect(await store.putUrl({ ...at, bucket: 'private', contentType: 'a/b' })).toMatch(
      /^https:\/\/for-some\.s3\.eu-central-1\.amazonaws\.com\/T\/0\/x\?.*X-Amz-SignedHeaders=content-type%3Bhost/,
    );
  });

  test('the bucket may stand in the host of another service too', async () => {
    const store = storeWith({ forcePathStyle: false, endpoint: s3.endpoint.replace('127.0.0.1', 'localhost') });
    const url = await store.putUrl({ bucket: 'private', key: 'T/0/host', contentType: 'text/plain', expiresInSeconds: 60 });
    expect(new URL(url).hostname).toBe('for-some.localhost');
  });

  test('temporary keys are in the URL with their token', async () => {
    const store = storeWith({ credentials: { ...s3.root, sessionToken: 'of-the-session' } });
    const url = new URL(await store.putUrl({ bucket: 'private', key: 'k', contentType: 'a/b', expiresInSeconds: 60 }));
    expect(url.searchParams.get('X-Amz-Security-Token')).toBe('of-the-session');
  });

  test('without bulk deletion keys are deleted one by one', async () => {
    const store = storeWith({ bulkDelete: false });
    const keys = Array.from({ length: 40 }, (_, i) => `single/${i}`);
    for (const key of keys.slice(0, 3)) expect((await upload(key)).status).toBe(200);
    expect(await store.delete({ bucket: 'private', keys })).toEqual([]);
    for (const key of keys.slice(0, 3)) {
      const gone = await fetch(await store.getUrl({ bucket: 'private', key, expiresInSeconds: 60 }));
      expect(gone.status).toBe(404);
    }
  });

  test.each([true, false])(
    'what cannot be deleted is answered and reported in one line, the rest is gone (bulk: %s)',
    async (bulkDelete) => {
      const bucket = `locked-${bulkDelete}`;
      await s3.bucket(bucket, undefined, true);
      for (const Key of ['free', 'held']) await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
      await s3.hold(bucket, 'held', true);
      const { log, lines } = keepingLog();
      const store = storeWith({ bulkDelete, buckets: { ...usual.buckets, private: bucket } }, log);
      expect(await store.delete({ bucket: 'private', keys: ['free', 'never', 'held'] })).toEqual(['held']);
      expect(lines).toEqual([{ level: 'error', text: expect.stringMatching(/will be tried again.*"count":1.*"firstKey":"held"/) }]);
      const status = async (key: string) => (await fetch(await store.getUrl({ bucket: 'private', key, expiresInSeconds: 60 }))).status;
      expect([await status('free'), await status('held')]).toEqual([404, 200]);
      await s3.hold(bucket, 'held', false);
    },
  );

  test.each([true, false])(
    'deletion throws when the store cannot be asked, so that nothing is forgotten (bulk: %s)',
    async (bulkDelete) => {
      const gone = { bucket: 'private', keys: ['a', 'b'] } as const;
      await expect(storeWith({ bulkDelete, buckets: { ...usual.buckets, private: 'missing' } }).delete(gone)).rejects.toThrow();
      await expect(storeWith({ bulkDelete, endpoint: 'http://127.0.0.1:1' }).delete(gone)).rejects.toThrow();
    },
  );

  test('a store that cannot be reached is a fault of the deployment, not of the request: 503, and the log says why', async () => {
    const { log, lines } = keepingLog();
    const { multipart } = storeWith({ endpoint: 'http://127.0.0.1:1' }, log);
    const upload = { bucket: 'private', key: 'k', contentType: 'a/b', contentEncoding: 'identity' } as const;
    await expect(multipart?.begin(upload)).rejects.toMatchObject({ status: 503 });
    expect(lines).toEqual([{ level: 'error', text: expect.stringContaining('begin an upload') }]);
  });

  test('an upload in parts that is given up leaves no parts', async () => {
    const { multipart } = storeWith();
    const at = { bucket: 'private', key: 'T/0/parts' } as const;
    const storeUploadId = (await multipart?.begin({ ...at, contentType: 'a/b', contentEncoding: 'identity' })) ?? '';
    expect(await s3.underWay('for-some')).toEqual(['T/0/parts']);
    await multipart?.abort({ ...at, storeUploadId });
    expect(await s3.underWay('for-some')).toEqual([]);
  });

  test('a rule for pages is added to the CORS rules that are there, once', async () => {
    const bucket = 'with-rules';
    await s3.bucket(bucket);
    const theirs = { AllowedOrigins: ['https://example.com'], AllowedMethods: ['GET'] };
    await s3.client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: [theirs] } }));
    const store = storeWith({ buckets: { public: 'for-everybody', private: bucket } });
    await store.prepare();
    await store.prepare();
    const { CORSRules = [] } = await s3.client.send(new GetBucketCorsCommand({ Bucket: bucket }));
    expect(CORSRules.map((r) => r.AllowedOrigins)).toEqual([['https://example.com'], ['*']]);
    await storeWith({ buckets: { public: 'for-everybody', private: bucket } }).prepare();
    const page = await fetch(await store.getUrl({ bucket: 'private', key: 'x', expiresInSeconds: 60 }), {
      headers: { origin: 'https://tc.example.com' },
    });
    expect(page.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('a bucket that was made later is opened to pages as soon as the store is seen well', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const store = storeWith({ buckets: { ...usual.buckets, private: 'opened-later' } });
    await store.prepare();
    await s3.bucket('opened-later');
    vi.advanceTimersByTime(61_000);
    // Nothing but a reader need come: not everybody has a monitor.
    await store.getUrl({ bucket: 'private', key: 'x', expiresInSeconds: 60 });
    await store.check();
    const { CORSRules = [] } = await s3.client.send(new GetBucketCorsCommand({ Bucket: 'opened-later' }));
    expect(CORSRules.map((r) => r.AllowedOrigins)).toEqual([['*']]);
  });

  test('CORS rules are left alone when told so', async () => {
    await s3.bucket('without-rules');
    await storeWith({ configureCors: false, buckets: { ...usual.buckets, private: 'without-rules' } }).prepare();
    await expect(s3.client.send(new GetBucketCorsCommand({ Bucket: 'without-rules' }))).rejects.toThrow();
  });

  /** What the log says of a store at its start, and that nothing secret is in it. */
  const saidAtStart = async (more: Partial<S3Options>, now?: () => number): Promise<string> => {
    const { log, lines } = keepingLog();
    const store = s3ArtifactStore({ options: { ...usual, ...more }, log, ...(now ? { now } : {}) });
    await store.prepare();
    await expect(store.check()).rejects.toThrow(/^The /);
    const errors = lines.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    const { accessKeyId = '', secretAccessKey = '' } = { ...usual.credentials, ...more.credentials };
    for (const { text } of lines)
      for (const secret of [accessKeyId, secretAccessKey, 'X-Amz-', 'Signature=']) expect(text).not.toContain(secret);
    return errors[0]?.text ?? '';
  };

  test('a store that is in order says nothing', async () => {
    const { log, lines } = keepingLog();
    const store = storeWith({}, log);
    await store.prepare();
    await store.check();
    expect(lines).toEqual([]);
  });

  test('a bucket that is missing is named, both when both are', async () => {
    expect(await saidAtStart({ buckets: { ...usual.buckets, private: 'nowhere' } })).toContain(
      `The private artifact bucket nowhere does not exist at ${s3.endpoint}. Create it, or correct PRIVATE_ARTIFACT_BUCKET.`,
    );
    const both = await saidAtStart({ buckets: { public: 'no-a', private: 'no-b' } });
    expect(both).toMatch(/bucket no-a does not exist.*bucket no-b does not exist/);
  });

  test('wrong keys are told apart from a wrong secret', async () => {
    expect(await saidAtStart({ credentials: { ...s3.root, accessKeyId: 'AKIANOBODY' } })).toContain('Correct AWS_ACCESS_KEY_ID.');
    expect(await saidAtStart({ credentials: { ...s3.root, secretAccessKey: 'guessed-wrongly' } })).toContain(
      'Correct AWS_SECRET_ACCESS_KEY',
    );
  });

  test('what is not allowed is named', async () => {
    const credentials = await s3.account('poor');
    const allow = (...actions: string[]) => ({ Effect: 'Allow', Principal: { AWS: [credentials.accessKeyId] }, Action: actions });
    await s3.bucket('no-writing', [allow('s3:GetObject', 's3:DeleteObject')]);
    await s3.bucket('no-deleting', [allow('s3:GetObject', 's3:PutObject')]);
    const said = (bucket: string) =>
      saidAtStart({ credentials, configureCors: false, signPublicUrls: true, buckets: { public: bucket, private: bucket } });
    expect(await said('no-writing')).toContain(
      'may not be written to (AccessDenied). Allow these credentials s3:PutObject on arn:aws:s3:::no-writing/*.',
    );
    expect(await said('no-deleting')).toContain('may not be deleted from (AccessDenied). Allow these credentials s3:DeleteObject on');
  });

  test('a public bucket that is not public is named', async () => {
    expect(await saidAtStart({ buckets: { ...usual.buckets, public: 'for-some' } })).toMatch(
      /public artifact bucket for-some may not be read by everybody .*SIGN_PUBLIC_ARTIFACT_URLS=true/,
    );
  });

  test.each([-20, 20])('a clock that is %i minutes off is what is said, not that access is denied', async (minutes) => {
    const said = await saidAtStart({}, () => Date.now() + minutes * 60_000);
    expect(said).toMatch(minutes < 0 ? /machine is 20 minutes behind that of the object store/ : /machine is 20 minutes ahead of that of/);
  });

  test('what is wrong is said once, and so is its end', async () => {
    const { log, lines } = keepingLog();
    const store = storeWith({ buckets: { ...usual.buckets, private: 'made-later' }, configureCors: false }, log);
    await store.prepare();
    await store.prepare();
    await expect(store.check()).rejects.toThrow(/made-later does not exist/);
    await s3.bucket('made-later');
    await store.prepare();
    await store.prepare();
    await store.check();
    expect(lines.map(({ level }) => level)).toEqual(['error', 'warn']);
  });

  test('a store that is no S3, or cannot be reached, is named', async () => {
    const web = createServer((_, reply) => reply.writeHead(405).end('<html>no</html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => web.once('listening', resolve));
    const endpoint = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    expect(await saidAtStart({ endpoint, configureCors: false })).toContain('the store answered 405');
    await new Promise((resolve) => web.close(resolve));
    expect(await saidAtStart({ endpoint })).toContain(`The object store at ${endpoint} cannot be reached (ECONNREFUSED).`);
  });
});
