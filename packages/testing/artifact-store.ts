import type { ArtifactBucket, ArtifactStore, MultipartUploads } from '@taskcluster/service';
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** A store to be tested, and what is behind its URLs, running. */
export interface StoreUnderTest {
  readonly store: ArtifactStore;
  /** The same store, which believes that it is another time (milliseconds since 1970). */
  readonly storeAt: (now: number) => ArtifactStore;
  readonly close: () => Promise<void>;
}

export interface SuiteOptions {
  /** The store keeps keys as paths of files: `a` and `a/b` cannot both be there, `a//b` is `a/b`, and a name cannot end with a slash. */
  readonly keysArePaths?: boolean;
}

const place = (name: string, bucket: ArtifactBucket = 'private') => ({ bucket, key: `VnHQ4FYmRXK0-8wQzD5Ptg/0/${name}` });
const text = 'text/plain; charset=utf-8';
const hour = 3600;
const mib = 1024 ** 2;

/** All printable ASCII but the slash. */
const printable = () => String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i)).replace('/', '');

/**
 * Names that printable ASCII allows (artifacts.md, section 1) and that URLs, XML, shells and file systems treat in a special way: among
 * them are some that parsers of URLs resolve.
 */
const oddNames = `
 begins
in  side
a+b
%
%2F
%2e%2E
?a=b&c
#x
&amp;
<a href="x">
it's
$HOME
~
|
^
*
!
[](){}
semi;colon:
at@comma,
=
-rf
.hidden
x.
...
a..b
CON
UPPER
upper
.
..
./x
../x
x/.
y/..
x2/../y
../../../etc/passwd
%2E
%2E%2E
%252E
x3/%2e%2e/y`
  .split('\n')
  .slice(1)
  .concat('ends ', '`id`', 'back\\slash', 'C:\\x', 'z'.repeat(200), `all/${printable()}`);
/** Different keys for S3, one file or none for a file system. */
const oddPaths = ['/begins', 'ends/', 'dir//file', 'dir/file', 'dir', '//', 'dir/'];

/** What every store for artifacts does. All implementations run it. */
export const artifactStoreSuite = (
  name: string,
  open: () => Promise<StoreUnderTest>,
  { keysArePaths = false }: SuiteOptions = {},
): void => {
  describe(`the artifact store ${name}`, () => {
    let t: StoreUnderTest;
    beforeAll(async () => void (t = await open()));
    afterAll(() => t?.close());

    const putUrl = (name: string, { contentType = text, store = t.store, bucket = 'private' as ArtifactBucket } = {}) =>
      store.putUrl({ ...place(name, bucket), contentType, expiresInSeconds: hour });
    const getUrl = (name: string, { store = t.store, bucket = 'private' as ArtifactBucket } = {}) =>
      store.getUrl({ ...place(name, bucket), expiresInSeconds: hour });
    const sent = async (
      url: string,
      body: Uint8Array<ArrayBuffer> | string,
      headers: Record<string, string> = { 'content-type': text },
    ) => {
      const answer = await fetch(url, { method: 'PUT', headers, body });
      await answer.arrayBuffer();
      return answer.status;
    };
    const read = async (name: string, bucket: ArtifactBucket = 'private') => {
      const answer = await fetch(await getUrl(name, { bucket }));
      return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
    };
    const statusOf = async (name: string) => (await read(name)).status;

    test.each([0, 1, 70_000, 3 * mib])(
      '%i bytes come out as they went in, with their size and content type, in both buckets',
      async (size) => {
        const body = randomBytes(size);
        for (const bucket of ['public', 'private'] as const) {
          expect(await sent(await putUrl(`size-${size}`, { bucket }), body)).toBe(200);
          const found = await read(`size-${size}`, bucket);
          expect([found.status, found.headers.get('content-length'), found.headers.get('content-type')]).toEqual([200, String(size), text]);
          expect(found.body.equals(body)).toBe(true);
        }
      },
    );

    test('the encoding that the uploader says is what readers are told', async () => {
      const headers = { 'content-type': text, 'content-encoding': 'gzip' };
      expect(await sent(await putUrl('gzip'), gzipSync('packed'), headers)).toBe(200);
      const found = await read('gzip');
      expect([found.headers.get('content-encoding'), found.body.toString()]).toEqual(['gzip', 'packed']);
    });

    test('another content type than the signed one is refused, and nothing is stored', async () => {
      for (const type of ['text/html', 'text/plain', 'text/plain; charset=utf-16'])
        expect(await sent(await putUrl('typed'), 'x', { 'content-type': type })).toBe(403);
      expect(await statusOf('typed')).toBe(404);
    });

    test('a URL is for one key, one method and its time only', async () => {
      expect(await sent(await putUrl('mine'), 'data')).toBe(200);
      const [put, get] = [new URL(await putUrl('mine')), new URL(await getUrl('mine'))];
      const bare = (url: URL) => `${url.origin}${url.pathname}`;
      const refused: [string, string | URL, string][] = [
        ['another key', String(get).replace('/mine', '/other'), 'GET'],
        ['no signature', bare(get), 'GET'],
        ['a GET with the URL of a PUT', put, 'GET'],
        ['a PUT with the URL of a GET', get, 'PUT'],
        ['a DELETE with the URL of a PUT', put, 'DELETE'],
      ];
      for (const url of [put, get]) {
        for (const [key, value] of url.searchParams) {
          if (!/expires/i.test(key)) continue;
          const longer = new URL(url);
          longer.searchParams.set(key, String(Number(value) + 60));
          refused.push(['a longer time', longer, url === put ? 'PUT' : 'GET']);
        }
      }
      expect(refused).toHaveLength(7);
      for (const [why, url, method] of refused) {
        const answer = await fetch(url, { method, ...(method === 'PUT' ? { headers: { 'content-type': text }, body: 'other' } : {}) });
        expect([400, 401, 403, 404, 405], why).toContain(answer.status);
        expect(await answer.text(), why).not.toBe('data');
      }
      expect((await read('mine')).body.toString()).toBe('data');
    });

    test('a URL whose time is over is refused', async () => {
      const store = t.storeAt(Date.now() - (hour + 5) * 1000);
      expect(await sent(await putUrl('late', { store }), 'x')).toBe(403);
      expect(await statusOf('late')).toBe(404);
      expect(await sent(await putUrl('late'), 'x')).toBe(200);
      expect((await fetch(await getUrl('late', { store }))).status).toBe(403);
    });

    test('the last upload wins, its content type too', async () => {
      expect(await sent(await putUrl('again'), 'the first, which is longer')).toBe(200);
      expect(await sent(await putUrl('again', { contentType: 'x/y' }), 'second', { 'content-type': 'x/y' })).toBe(200);
      const found = await read('again');
      expect([found.body.toString(), found.headers.get('content-type')]).toEqual(['second', 'x/y']);
    });

    test('every name that an artifact may have is a key of its own', async () => {
      const meeting = ['.', '..', '%2E', '%2E%2E', '%252E', '%252E%2E'].map((odd) => `same/${odd}`);
      const names = [...meeting, ...(keysArePaths ? oddNames.map((odd, i) => `${i}/${odd}`) : [...oddNames, ...oddPaths])];
      for (const odd of names) expect([odd, await sent(await putUrl(odd), odd)]).toEqual([odd, 200]);
      for (const odd of names) expect([odd, (await read(odd)).body.toString()]).toEqual([odd, odd]);
      expect(await t.store.delete({ bucket: 'private', keys: names.map((odd) => place(odd).key) })).toEqual([]);
      for (const odd of names) expect([odd, await statusOf(odd)]).toEqual([odd, 404]);
    });

    test('a content type that no header can carry is a mistake of the caller', async () => {
      for (const contentType of ['a/b\r\nx: y', 'a/b\n', 'a/\u0000', 'a/ä\u2028'])
        await expect(putUrl('header', { contentType })).rejects.toMatchObject({ status: 400 });
    });

    test('what is deleted is gone, more than 1,000 keys at once too, and keys without data do no harm', async () => {
      const keys = Array.from({ length: 1_205 }, (_, i) => `many/${i}`);
      const there = [0, 1, 998, 999, 1_000, 1_204].map((i) => `many/${i}`);
      for (const key of there) expect(await sent(await putUrl(key), 'x')).toBe(200);
      expect(await sent(await putUrl('stays'), 'x')).toBe(200);
      expect(await sent(await putUrl('many/0', { bucket: 'public' }), 'x')).toBe(200);
      expect(await t.store.delete({ bucket: 'private', keys: keys.map((key) => place(key).key) })).toEqual([]);
      for (const key of there) expect(await statusOf(key)).toBe(404);
      expect([await statusOf('stays'), (await read('many/0', 'public')).status]).toEqual([200, 200]);
      expect(await t.store.delete({ bucket: 'private', keys: [] })).toEqual([]);
    });

    test('a store that is in order says so', () => t.store.check());

    test('a large artifact comes in parts, in any order, some of them twice, and is there when they are joined', async () => {
      const { multipart } = t.store;
      if (!multipart) return;
      const parts = [randomBytes(5 * mib), randomBytes(5 * mib), randomBytes(12_345)];
      const storeUploadId = await multipart.begin({ ...place('parts'), contentType: 'x/parts', contentEncoding: 'gzip' });
      const upload = { ...place('parts'), storeUploadId };
      const urls = await multipart.partUrls(upload, { numbers: [1, 2, 3], expiresInSeconds: hour });
      const etags: string[] = [];
      for (const i of [2, 0, 1, 0]) {
        const answer = await fetch(urls[i] ?? '', { method: 'PUT', body: parts[i] ?? '' });
        expect(answer.status).toBe(200);
        etags[i] = answer.headers.get('etag') ?? '';
      }
      expect(await statusOf('parts')).toBe(404);
      await multipart.complete(upload, etags);
      // Fetched without undoing the encoding, which the data does not really have.
      const found = await fetch(await getUrl('parts'), { headers: { range: 'bytes=0-0' } });
      expect([found.headers.get('content-type'), found.headers.get('content-encoding')]).toEqual(['x/parts', 'gzip']);
      expect(found.headers.get('content-range')).toBe(`bytes 0-0/${10 * mib + 12_345}`);
      await found.body?.cancel();
    });

    /** An upload with its parts in place: two, the second one short. */
    const sentInParts = async (multipart: MultipartUploads, name: string) => {
      const storeUploadId = await multipart.begin({ ...place(name), contentType: text, contentEncoding: 'identity' });
      const upload = { ...place(name), storeUploadId };
      const urls = await multipart.partUrls(upload, { numbers: [1, 2], expiresInSeconds: hour });
      const parts = [randomBytes(5 * mib), randomBytes(7)];
      const etags = await Promise.all(
        urls.map(async (url, i) => (await fetch(url, { method: 'PUT', body: parts[i] ?? '' })).headers.get('etag') ?? ''),
      );
      return { upload, etags, data: Buffer.concat(parts) };
    };

    test('parts are joined into the same bytes', async () => {
      const { multipart } = t.store;
      if (!multipart) return;
      const { upload, etags, data } = await sentInParts(multipart, 'joined');
      await multipart.complete(upload, etags);
      const { body, headers } = await read('joined');
      const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
      expect([hash(body), headers.get('content-type'), headers.get('content-encoding')]).toEqual([hash(data), text, null]);
    });

    test('parts that were joined are joined again without harm, because the answer to the first time may be lost', async () => {
      const { multipart } = t.store;
      if (!multipart) return;
      const { upload, etags, data } = await sentInParts(multipart, 'joined-twice');
      await multipart.complete(upload, etags);
      await multipart.complete(upload, etags);
      await multipart.abort(upload);
      await multipart.complete(upload, etags);
      expect((await read('joined-twice')).body.equals(data)).toBe(true);
    });

    test('parts that are joined several times at once are joined', async () => {
      const { multipart } = t.store;
      if (!multipart) return;
      const { upload, etags, data } = await sentInParts(multipart, 'joined-at-once');
      await Promise.all(Array.from({ length: 4 }, () => multipart.complete(upload, etags)));
      expect((await read('joined-at-once')).body.equals(data)).toBe(true);
    });

    test('an upload that was given up is not taken for the one before it, whose data is there', async () => {
      const { multipart } = t.store;
      if (!multipart) return;
      const [first, second] = [await sentInParts(multipart, 'of-another'), await sentInParts(multipart, 'of-another')];
      await multipart.complete(first.upload, first.etags);
      await multipart.abort(second.upload);
      await expect(multipart.complete(second.upload, second.etags)).rejects.toMatchObject({ status: 409 });
      await multipart.complete(first.upload, first.etags);
      expect((await read('of-another')).body.equals(first.data)).toBe(true);
    });

    test('parts that do not fit are refused, an upload that is given up leaves nothing, and is known no more', async () => {
      const { multipart } = t.store;
      if (!multipart) return;
      const storeUploadId = await multipart.begin({ ...place('given-up'), contentType: text, contentEncoding: 'identity' });
      const upload = { ...place('given-up'), storeUploadId };
      const urls = await multipart.partUrls(upload, { numbers: [1, 2], expiresInSeconds: hour });
      const etags = await Promise.all(
        urls.map(async (url) => (await fetch(url, { method: 'PUT', body: 'tiny' })).headers.get('etag') ?? ''),
      );
      await expect(multipart.complete(upload, etags)).rejects.toMatchObject({ status: 400 });
      await expect(multipart.complete(upload, ['"0123456789abcdef0123456789abcdef"'])).rejects.toMatchObject({ status: 400 });
      await multipart.abort(upload);
      await multipart.abort(upload);
      expect(await statusOf('given-up')).toBe(404);
      await expect(multipart.complete(upload, etags)).rejects.toMatchObject({ status: 409 });
      const answer = await fetch(urls[0] ?? '', { method: 'PUT', body: 'x' });
      expect(answer.status).toBe(404);
      const [late] = await (t.storeAt(Date.now() - 2 * hour * 1000).multipart?.partUrls(upload, { numbers: [1], expiresInSeconds: hour }) ??
        []);
      expect((await fetch(late ?? '', { method: 'PUT', body: 'x' })).status).toBe(403);
    });
  });
};
