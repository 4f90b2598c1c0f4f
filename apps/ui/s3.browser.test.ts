import { hasS3Server, startTestS3, type TestS3 } from '@taskcluster/s3/testing';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type BrowserTest, browserTest, chromiumPath } from './browser-fixture.ts';

describe.skipIf(!existsSync(chromiumPath) || !hasS3Server('the tests of pages that read from S3'))(
  'the web page of a platform with S3',
  { retry: 2 },
  () => {
    let s3: TestS3;
    let t: BrowserTest;
    beforeAll(async () => {
      s3 = await startTestS3();
      t = await browserTest(inject('postgres'), await s3.settings());
    });
    afterAll(async () => {
      await t?.close();
      await s3?.close();
    });

    test('shows a log that lies in a bucket: its own policy and the bucket’s CORS rule both allow it', async () => {
      const taskId = await t.create('speaks', 'echo kept in a bucket');
      const page = await t.open();
      const fromBucket = page.waitForResponse((answer) => answer.url().startsWith(`${s3.endpoint}/public-artifacts/${taskId}/`));
      // Not before it has ended: until then the log comes from the platform itself.
      for (let state = 'pending'; state !== 'completed';)
        state = (await t.platform.clients.queue.awaitStatus({ taskId, state })).status.state;
      await page.goto(`/tasks/${taskId}/log`);
      expect((await fromBucket).status()).toBe(200);
      await page.getByText('kept in a bucket').first().waitFor();
      expect(t.complaints).toEqual([]);
    });
  },
);
