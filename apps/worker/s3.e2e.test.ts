import { hasS3Server, startTestS3, type TestS3 } from '@taskcluster/s3/testing';
import { testPlatform, type TestPlatform } from '@taskcluster/server/testing';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { openTestQueue, script, type TestQueue } from './fixture.ts';

const mib = 1024 ** 2;

describe.skipIf(!hasS3Server('the tests of workers that upload to S3'))('a worker whose artifacts go to S3', () => {
  let s3: TestS3;
  let platform: TestPlatform;
  let q: TestQueue;
  beforeAll(async () => {
    s3 = await startTestS3();
    platform = await testPlatform(inject('postgres'), { ...(await s3.settings()), ARTIFACT_PART_BYTES: String(5 * mib) });
  });
  beforeEach(async () => {
    q = await openTestQueue(platform);
  });
  afterEach(() => q.close());
  afterAll(async () => {
    await platform?.close();
    await s3?.close();
  });

  const sha256 = async (name: string, taskId: string) => {
    const reply = await q.fetchArtifact(taskId, name);
    return createHash('sha256')
      .update(Buffer.from(await reply.arrayBuffer()))
      .digest('hex');
  };

  test('large artifacts go in parts, packed or not, small ones in one piece, and all come back as they were', async () => {
    q.start({ settings: { partsFromBytes: 8 * mib } });
    const taskId = await q.create({
      ...script(
        'head -c 17000000 /dev/urandom > large; head -c 12000000 /dev/urandom | base64 > packed.txt; echo small > small; sha256sum large packed.txt small',
      ),
      artifacts: [
        { type: 'file', path: 'large', name: 'private/large', contentEncoding: 'identity', contentType: 'x/large' },
        { type: 'file', path: 'packed.txt', name: 'public/packed.txt' },
        { type: 'file', path: 'small', name: 'public/small' },
      ],
    });
    expect(await q.outcome(taskId)).toBe('completed/completed');
    const log = await q.textOf(taskId, 'public/logs/live.log');
    for (const [name, path] of Object.entries({ 'private/large': 'large', 'public/packed.txt': 'packed.txt', 'public/small': 'small' }))
      expect(log).toContain(`${await sha256(name, taskId)}  ${path}\n`);
    // A joined object has the number of its parts behind the dash.
    const header = async (name: string, header: string) => {
      const reply = await q.fetchArtifact(taskId, name);
      await reply.arrayBuffer();
      return reply.headers.get(header) ?? '';
    };
    const etag = (name: string) => header(name, 'etag');
    expect(await etag('private/large')).toMatch(/-4"$/);
    expect(await etag('public/packed.txt')).toMatch(/-\d+"$/);
    expect(await etag('public/small')).not.toContain('-');
    expect(await header('private/large', 'content-type')).toBe('x/large');
    expect(await s3.underWay('private-artifacts')).toEqual([]);
    expect((await q.artifacts(taskId))['private/large']?.contentLength).toBe(17_000_000);
  });

  test('a bucket that is gone ends the task as a fault of the machinery, not of the task', async () => {
    const lost = await testPlatform(inject('postgres'), {
      ...(await s3.settings({ public: 'for-a-while', private: 'not-for-long' })),
      PRIVATE_ARTIFACT_BUCKET: 'never-was',
    });
    const own = await openTestQueue(lost);
    try {
      own.start();
      const taskId = await own.create({ ...script('echo x > x'), artifacts: [{ type: 'file', path: 'x', name: 'private/x' }] });
      expect(await own.outcome(taskId)).toBe('exception/resource-unavailable');
    } finally {
      await own.close();
      await lost.close();
    }
  });
});

describe.skipIf(!hasS3Server('the tests of broken uploads to S3'))('a worker whose way to S3 is bad', () => {
  let s3: TestS3;
  let way: Way;
  let platform: TestPlatform;
  beforeAll(async () => {
    s3 = await startTestS3();
    way = await wayTo(s3.endpoint);
    platform = await testPlatform(inject('postgres'), {
      ...(await s3.settings()),
      AWS_ENDPOINT: way.endpoint,
      ARTIFACT_PART_BYTES: String(5 * mib),
    });
  });
  afterAll(async () => {
    await platform?.close();
    await way?.close();
    await s3?.close();
  });

  const outcome = async () => {
    const q = await openTestQueue(platform);
    try {
      q.start({ settings: { partsFromBytes: 6 * mib } });
      const file = { type: 'file', path: 'zeros', name: 'public/zeros', contentEncoding: 'identity' };
      const taskId = await q.create({ ...script('head -c 12000000 /dev/zero > zeros'), artifacts: [file] });
      return { outcome: await q.outcome(taskId), bytes: (await (await q.fetchArtifact(taskId, 'public/zeros')).arrayBuffer()).byteLength };
    } finally {
      await q.close();
    }
  };

  test('sends a part whose connection broke again, and the others not', async () => {
    way.onPart = (number, times) => (number === 2 && times <= 2 ? 'break' : 'pass');
    expect(await outcome()).toEqual({ outcome: 'completed/completed', bytes: 12_000_000 });
    expect(way.sent).toEqual(
      new Map([
        [1, 1],
        [2, 3],
        [3, 1],
      ]),
    );
  });

  test('gives the upload up when a part is refused for good, and the task is run again elsewhere', async () => {
    way.onPart = (number) => (number === 2 ? 'refuse' : 'pass');
    expect((await outcome()).outcome).toBe('exception/resource-unavailable');
    expect(await s3.underWay('public-artifacts')).toEqual([]);
  });
});

/** A way to an S3 server on which parts get lost. */
interface Way {
  readonly endpoint: string;
  /** Says what becomes of a part that is sent for the n-th time. */
  onPart: (number: number, times: number) => 'pass' | 'break' | 'refuse';
  /** How often each part was sent since `onPart` was set. */
  readonly sent: Map<number, number>;
  close(): Promise<void>;
}

const wayTo = async (endpoint: string): Promise<Way> => {
  const sent = new Map<number, number>();
  let onPart: Way['onPart'] = () => 'pass';
  const proxy = createServer((message, reply) => {
    const number = Number(new URL(message.url ?? '', endpoint).searchParams.get('partNumber'));
    if (number > 0) sent.set(number, (sent.get(number) ?? 0) + 1);
    const fate = number > 0 ? onPart(number, sent.get(number) ?? 0) : 'pass';
    if (fate === 'break') return void message.socket.destroy();
    if (fate === 'refuse') return void reply.writeHead(404, { connection: 'close' }).end('<Code>NoSuchUpload</Code>');
    const { method, headers, url } = message;
    const onward = request(new URL(url ?? '', endpoint), { method, headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(reply);
    });
    onward.on('error', () => message.socket.destroy());
    message.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    get onPart() {
      return onPart;
    },
    set onPart(next) {
      sent.clear();
      onPart = next;
    },
    sent,
    close: async () => {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
};

describe('a worker whose artifacts go to the platform’s own disk', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await testPlatform(inject('postgres'));
  });
  afterAll(() => platform.close());

  test('sends even large ones in one piece, as parts are not offered', async () => {
    const q = await openTestQueue(platform);
    try {
      q.start({ settings: { partsFromBytes: 1 } });
      const taskId = await q.create({
        ...script('head -c 9000000 /dev/zero > zeros'),
        artifacts: [{ type: 'file', path: 'zeros', name: 'public/zeros', contentEncoding: 'identity' }],
      });
      expect(await q.outcome(taskId)).toBe('completed/completed');
      expect((await (await q.fetchArtifact(taskId, 'public/zeros')).arrayBuffer()).byteLength).toBe(9_000_000);
    } finally {
      await q.close();
    }
  });
});
