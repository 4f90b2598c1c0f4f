import { silentLog } from '@taskcluster/log';
import { artifactStoreSuite } from '@taskcluster/testing/artifact-store';
import { describe } from 'vitest';
import { s3ArtifactStore } from './artifact-store.ts';
import type { S3Options } from './options.ts';
import { everybodyReads, hasS3Server, startTestS3 } from './testing.ts';

describe.skipIf(!hasS3Server('the tests of artifacts in S3'))('S3', () => {
  const open = (more: Partial<S3Options>) => async () => {
    const s3 = await startTestS3({ difficult: true });
    const buckets = { public: 'for-everybody', private: 'for-some' };
    await s3.bucket(buckets.public, [everybodyReads]);
    await s3.bucket(buckets.private);
    const options: S3Options = {
      buckets,
      region: s3.region,
      endpoint: s3.endpoint,
      forcePathStyle: true,
      credentials: s3.root,
      signPublicUrls: false,
      configureCors: true,
      bulkDelete: true,
      partBytes: 5 * 1024 ** 2,
      ...more,
    };
    return {
      store: s3ArtifactStore({ options, log: silentLog }),
      storeAt: (now: number) => s3ArtifactStore({ options, log: silentLog, now: () => now }),
      close: s3.close,
    };
  };
  artifactStoreSuite('in S3', open({}), { keysArePaths: true });
});
