import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { put } from './put.ts';
import { gzipped, plain, type Source, sourceOf } from './source.ts';

let dir: string;
let server: Server;
let url: string;
let received: { message: IncomingMessage; body: Buffer } | undefined;
let status = 200;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'worker-'));
  status = 200;
  received = undefined;
  server = createServer((message, reply) => {
    if (status !== 200) {
      reply.writeHead(status, { connection: 'close' }).end('no, because');
      return;
    }
    void buffer(message).then(
      (body) => {
        received = { message, body };
        reply.end();
      },
      () => {},
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/key?signature=x`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true, force: true });
});

const memory = (bytes: Buffer): Source => ({
  size: bytes.length,
  read: async (offset, length) => Buffer.from(bytes.subarray(offset, offset + length)),
});
const signal = new AbortController().signal;

test.each([0, 1, 300_000, 3_000_000])('%i bytes are sent with their exact length, as they are or compressed', async (size) => {
  const content = randomBytes(size);
  const sent = await put({ url, headers: { 'content-type': 'x/y', 'content-encoding': 'identity' }, body: plain(memory(content)), signal });
  expect(sent.status).toBe(200);
  expect(received?.body.equals(content)).toBe(true);
  expect(received?.message.headers).toMatchObject({
    'content-type': 'x/y',
    'content-encoding': 'identity',
    'content-length': String(size),
  });
  expect(received?.message.headers['transfer-encoding']).toBeUndefined();

  const body = await gzipped(memory(content), join(dir, 'temporary'));
  await put({ url, headers: { 'content-type': 'x/y', 'content-encoding': 'gzip' }, body, signal });
  expect(received?.message.headers['content-length']).toBe(String(body.size));
  expect(gunzipSync(received?.body ?? Buffer.alloc(0)).equals(content)).toBe(true);
  // A second attempt reads the same bytes again.
  await put({ url, headers: { 'content-type': 'x/y', 'content-encoding': 'gzip' }, body, signal });
  expect(gunzipSync(received?.body ?? Buffer.alloc(0)).equals(content)).toBe(true);
  await body.close();
  expect(await readdir(dir)).toEqual([]);
});

test('a refusal in the middle of a large body is an answer, not a broken connection', async () => {
  status = 403;
  const answer = await put({
    url,
    headers: { 'content-type': 'x/y', 'content-encoding': 'identity' },
    body: plain(memory(randomBytes(30_000))),
    signal,
  });
  expect(answer).toEqual({ status: 403, text: 'no, because', etag: '' });
});

test('a file that becomes shorter while it is sent is an error, and nobody waits for the rest', async () => {
  const path = join(dir, 'file');
  await writeFile(path, 'abc');
  const file = await open(path);
  const sending = put({
    url,
    headers: { 'content-type': 'x/y', 'content-encoding': 'identity' },
    body: plain(sourceOf(file, 1000)),
    signal,
  });
  await expect(sending).rejects.toThrow(/shorter/);
  await file.close();
});

test('an upload stops when its signal is aborted, and one that reaches nobody is an error', async () => {
  const stop = new AbortController();
  const endless: Source = { size: 1e12, read: async (_, length) => Buffer.alloc(length) };
  server.on('request', () => stop.abort());
  await expect(
    put({ url, headers: { 'content-type': 'x/y', 'content-encoding': 'identity' }, body: plain(endless), signal: stop.signal }),
  ).rejects.toThrow();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await expect(
    put({ url, headers: { 'content-type': 'x/y', 'content-encoding': 'identity' }, body: plain(memory(Buffer.from('x'))), signal }),
  ).rejects.toThrow();
});
