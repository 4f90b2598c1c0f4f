import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import type { ArtifactStore } from '@taskcluster/service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localArtifactStore } from '../artifact-store.ts';
import { openTestObjects, type TestObjects } from '../fixture.ts';

let t: TestObjects;
let artifacts: ArtifactStore;
beforeAll(async () => {
  t = await openTestObjects({ maxBytes: 300_000_000 });
  artifacts = localArtifactStore(t);
});
afterAll(() => t.close());

const bucket = 'public';
const forAMinute = { bucket, expiresInSeconds: 60 } as const;
const urlTo = (key: string, contentType = 'text/plain') => artifacts.putUrl({ ...forAMinute, key, contentType });
const urlOf = (key: string) => artifacts.getUrl({ ...forAMinute, key });
const put = async (key: string, body: string | Buffer<ArrayBuffer>, { type = 'text/plain', ...headers }: Record<string, string> = {}) =>
  fetch(await urlTo(key, type), { method: 'PUT', body, headers: { 'content-type': type, ...headers } });

/** A GET that changes nothing about what the server sent: fetch would unzip it. */
const raw = async (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ readonly status: number; readonly headers: Record<string, unknown>; readonly body: Buffer }>((resolve, reject) => {
    httpRequest(url, { method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }));
      answer.on('error', reject);
    })
      .on('error', reject)
      .end();
  });

const objectsFolder = () => join(t.platform.dataDir, 'objects');
const temporaryFiles = () => readdir(join(objectsFolder(), 'incoming')).catch(() => []);
const allFiles = async () =>
  (await readdir(objectsFolder(), { recursive: true, withFileTypes: true })).filter((f) => f.isFile()).map((f) => f.name);

test('what was put is got, with its type and an ETag of its content', async () => {
  const answer = await put('task/0/public/a.txt', 'hello');
  expect(answer.status).toBe(200);
  const etag = answer.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
  const got = await raw(await urlOf('task/0/public/a.txt'));
  expect(got.body.toString()).toBe('hello');
  expect(got.headers).toMatchObject({
    etag,
    'content-type': 'text/plain',
    'content-length': '5',
    'accept-ranges': 'bytes',
    'content-disposition': "inline; filename*=UTF-8''a.txt",
  });
});

test('a key may hold any printable characters, and none of them leads out of the folder', async () => {
  const keys = [
    '../../etc/passwd',
    '/abs',
    'a//b',
    './a',
    'a/../b',
    'a/..',
    'C:\\x',
    'a%2e%2e/b',
    'a%2Fb',
    'a?b#c&d=e',
    'sp ace',
    '%',
    '%zz',
    "q'(1)*;.txt",
    'x'.repeat(1500),
    'trailing/',
    'dot.',
  ];
  for (const key of keys) {
    expect((await put(key, `content of ${key}`)).status, key).toBe(200);
  }
  for (const key of keys) expect((await raw(await urlOf(key))).body.toString(), key).toBe(`content of ${key}`);
  for (const name of await allFiles()) expect(name).toMatch(/^[0-9a-f]{64}-[0-9a-f]{16}$/);
});

test('putting again replaces the whole file, and the old one is gone from disk', async () => {
  const before = (await allFiles()).length;
  await put('again', 'first, and longer');
  await put('again', 'second', { type: 'text/html' });
  const got = await raw(await urlOf('again'));
  expect(got.body.toString()).toBe('second');
  expect(got.headers['content-type']).toBe('text/html');
  expect(await allFiles()).toHaveLength(before + 1);
});

test('many who put the same key at once: one of them wins, whole', async () => {
  const bodies = Array.from({ length: 10 }, (_, i) => String(i).repeat(100_000));
  const answers = await Promise.all(bodies.map((body) => put('contended', body)));
  expect(answers.map((a) => a.status)).toEqual(bodies.map(() => 200));
  const got = await raw(await urlOf('contended'));
  expect(bodies).toContain(got.body.toString());
  expect(answers.map((a) => a.headers.get('etag'))).toContain(got.headers.etag);
});

test('a URL is refused when any part of it was changed, when it is for the other verb, and when it has lapsed', async () => {
  await put('signed', 'x');
  const get = await urlOf('signed');
  const to = await urlTo('signed');
  const status = async (url: string, method = 'GET') =>
    (await fetch(url, { method, ...(method === 'PUT' ? { body: 'y', headers: { 'content-type': 'text/plain' } } : {}) })).status;
  expect(await status(get)).toBe(200);
  expect(await status(get.replace('/signed?', '/signed2?'))).toBe(403);
  expect(await status(get.replace('/public-artifacts/', '/private-artifacts/'))).toBe(403);
  expect(await status(get.replace(/expires=(\d+)/, (_, e: string) => `expires=${Number(e) + 1}`))).toBe(403);
  expect(await status(`${get}&disposition=inline`)).toBe(403);
  expect(await status(get.replace(/signature=.*/, 'signature=AAAA'))).toBe(403);
  expect(await status(get.replace(/&signature=.*/, ''))).toBe(403);
  expect(await status(get, 'PUT')).toBe(403);
  expect(await status(to)).toBe(403);
  expect(await status(to.replace('type=text%2Fplain', 'type=text%2Fhtml'), 'PUT')).toBe(403);
  expect(await status(to, 'PUT')).toBe(200);
  const { expires } = Object.fromEntries(new URL(get).searchParams);
  await t.clock.advance(Number(expires) * 1000 - t.clock.now());
  expect(await status(get)).toBe(403);
  expect(await status(to, 'PUT')).toBe(403);
  expect(await (await fetch(get)).text()).toContain('lapsed');
});

test('another content type than the one that was signed is refused, and so is one that no header can carry', async () => {
  const to = await urlTo('typed', 'text/plain');
  for (const headers of [{ 'content-type': 'text/html' }, { 'content-type': 'text/plain; charset=utf-8' }]) {
    expect((await fetch(to, { method: 'PUT', body: 'x', headers })).status).toBe(403);
  }
  expect((await raw(await urlOf('typed'))).status).toBe(404);
  await expect(urlTo('typed', 'text/plain\r\nset-cookie: a=b')).rejects.toMatchObject({ code: 'InputError' });
});

test('whatever users stored is shut into a sandbox, and only harmless types are shown', async () => {
  for (const [type, kind] of [
    ['text/html', 'inline'],
    ['text/plain', 'inline'],
    ['image/png', 'inline'],
    ['image/svg+xml', 'attachment'],
    ['application/xhtml+xml', 'attachment'],
    ['application/javascript', 'attachment'],
    ['nonsense', 'attachment'],
  ] as const) {
    expect((await put('served', '<script>alert(1)</script>', { type })).status, type).toBe(200);
    const { headers } = await raw(await urlOf('served'));
    expect(headers['content-type']).toBe(type === 'nonsense' ? 'application/octet-stream' : type);
    expect(headers, type).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'content-disposition': `${kind}; filename*=UTF-8''served`,
    });
    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
  }
});

test('a range of bytes is sent alone, and one outside of the file is 416', async () => {
  await put('range', '0123456789');
  const url = await urlOf('range');
  const part = await raw(url, { range: 'bytes=2-4' });
  expect(part).toMatchObject({ status: 206, headers: { 'content-range': 'bytes 2-4/10', 'content-length': '3' } });
  expect(part.body.toString()).toBe('234');
  expect((await raw(url, { range: 'bytes=-2' })).body.toString()).toBe('89');
  expect(await raw(url, { range: 'bytes=10-' })).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } });
  expect((await raw(url, { range: 'bytes=0-1,4-5' })).body.toString()).toBe('0123456789');
});

test('whoever knows the version already is told so with 304', async () => {
  const etag = (await put('cached', 'x')).headers.get('etag') ?? '';
  const url = await urlOf('cached');
  const known = await raw(url, { 'if-none-match': etag });
  expect(known).toMatchObject({ status: 304, headers: { etag } });
  expect(known.body).toHaveLength(0);
  await put('cached', 'y');
  expect((await raw(url, { 'if-none-match': etag })).status).toBe(200);
});

test('HEAD answers as GET would, without the bytes', async () => {
  await put('head', 'x'.repeat(1000));
  const answer = await raw(await urlOf('head'), {}, 'HEAD');
  expect(answer).toMatchObject({ status: 200, headers: { 'content-length': '1000', 'content-type': 'text/plain' } });
  expect(answer.body).toHaveLength(0);
});

test('an empty file is a file', async () => {
  expect((await put('empty', '')).status).toBe(200);
  expect(await raw(await urlOf('empty'))).toMatchObject({ status: 200, headers: { 'content-length': '0' }, body: Buffer.alloc(0) });
});

test('gzip is stored as it was sent: whoever accepts it gets these bytes, everybody else the text', async () => {
  const text = 'a line of a log\n'.repeat(10_000);
  const zipped = gzipSync(text);
  expect((await put('zipped', zipped, { 'content-encoding': 'gzip' })).status).toBe(200);
  const url = await urlOf('zipped');

  const accepting = await raw(url, { 'accept-encoding': 'gzip, br' });
  expect(accepting.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(zipped.length), vary: 'accept-encoding' });
  expect(accepting.body.equals(zipped)).toBe(true);

  const plain = await raw(url, { range: 'bytes=0-3' });
  expect(plain.status).toBe(200);
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.headers['content-length']).toBeUndefined();
  expect(plain.body.toString()).toBe(text);
  expect(plain.headers.etag).not.toBe(accepting.headers.etag);

  expect((await raw(url, { 'accept-encoding': 'gzip', range: 'bytes=0-1' })).body).toEqual(zipped.subarray(0, 2));
  expect(await (await fetch(url)).text()).toBe(text);
});

test('a body that ends too soon is refused, and nothing of it can be seen', async () => {
  const url = new URL(await urlTo('short'));
  const socket = connectSocket(Number(url.port), url.hostname);
  socket.write(
    `PUT ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: text/plain\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(999)}`,
  );
  await until(async () => (await temporaryFiles()).length === 1);
  socket.destroy();
  await until(async () => (await temporaryFiles()).length === 0);
  expect((await raw(await urlOf('short'))).status).toBe(404);
});

test('an upload of which nothing comes any more is ended, and leaves no file behind', async () => {
  const s = await openTestObjects({}, { idleMs: 30 });
  const incoming = join(s.platform.dataDir, 'objects', 'incoming');
  const url = new URL(await localArtifactStore(s).putUrl({ ...forAMinute, key: 'stalled', contentType: 'text/plain' }));
  const socket = connectSocket(Number(url.port), url.hostname);
  const begun = `host: ${url.host}\r\ncontent-type: text/plain\r\ncontent-length: 1000\r\n\r\n${'x'.repeat(999)}`;
  socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\n${begun}`);
  expect(await textOf(socket)).toMatch(/^HTTP\/1.1 408 /);
  await until(async () => (await readdir(incoming)).length === 0);
  await s.close();
});

test('a body that is larger than allowed is refused before it is read', async () => {
  const url = await urlTo('large');
  const status = await new Promise((resolve, reject) => {
    const sent = httpRequest(
      url,
      { method: 'PUT', headers: { 'content-type': 'text/plain', 'content-length': '300000001' } },
      (answer) => (resolve(answer.statusCode), sent.destroy()),
    );
    sent.on('error', reject).flushHeaders();
  });
  expect(status).toBe(413);
});

test('a folder that cannot be written to is a clear 503, and works again when it can', async () => {
  const incoming = join(objectsFolder(), 'incoming');
  await rm(incoming, { recursive: true, force: true });
  await writeFile(incoming, 'in the way');
  const answer = await put('refused', 'x');
  expect(answer.status).toBe(503);
  expect(await answer.text()).toMatch(/cannot write, because its folder is not a folder/);
  expect((await raw(await urlOf('refused'))).status).toBe(404);
  await rm(incoming);
  await mkdir(incoming);
  expect((await put('refused', 'x')).status).toBe(200);
});

test('200 MB go in and out in constant memory', async () => {
  const chunk = randomBytes(1_000_000);
  const total = 200;
  const url = await urlTo('big', 'application/octet-stream');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => {
    collect();
    const { external, heapUsed } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  let peak = 0;
  let seen = 0;
  // What is still held every 25 MB; buffers that only wait for the garbage collector do not count.
  const watch = (bytes: number) => {
    if (Math.floor(seen / 25_000_000) !== Math.floor((seen += bytes) / 25_000_000)) peak = Math.max(peak, used() - before);
  };

  const etag = await new Promise((resolve, reject) => {
    const sent = httpRequest(
      url,
      { method: 'PUT', headers: { 'content-type': 'application/octet-stream', 'content-length': String(total * chunk.length) } },
      (answer) => resolve(answer.headers.etag),
    );
    sent.on('error', reject);
    let n = 0;
    const more = () => {
      while (n < total) {
        n++;
        watch(chunk.length);
        if (!sent.write(chunk)) return void sent.once('drain', more);
      }
      sent.end();
    };
    more();
  });
  expect(etag).toMatch(/^"/);

  const received = await new Promise<number>((resolve, reject) => {
    void urlOf('big').then((from) =>
      httpRequest(from, (answer) => {
        let size = 0;
        answer.on('data', (part: Buffer) => ((size += part.length), watch(part.length)));
        answer.on('end', () => resolve(size));
      })
        .on('error', reject)
        .end(),
    );
  });
  expect(received).toBe(total * chunk.length);
  expect(seen).toBe(2 * total * chunk.length);
  // Client and server are both in this process, with the buffers of their sockets: 40 to 70 MB, however much goes through. Half of what
  // goes in is far from that, and from holding it.
  expect(peak).toBeLessThan((total * chunk.length) / 2);
}, 60_000);

test('deleted keys are gone from the table and from the disk, and unknown ones are fine', async () => {
  await put('gone/1', 'x');
  await put('gone/2', 'x');
  const before = (await allFiles()).length;
  await artifacts.delete({ bucket, keys: ['gone/1', 'gone/2', 'gone/3'] });
  expect(await allFiles()).toHaveLength(before - 2);
  expect((await raw(await urlOf('gone/1'))).status).toBe(404);
});

/** Waits for something that another part of the process does in its own time. */
const until = async (is: () => Promise<boolean>) => {
  while (!(await is())) await new Promise((resolve) => setImmediate(resolve));
};
