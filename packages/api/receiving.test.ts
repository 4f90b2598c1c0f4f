import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { openTestServer, type TestServer } from './fixture.ts';
import type { BodyLimits } from './receiving.ts';

let t: TestServer;
afterEach(() => t.close());
const open = async (bodies: Partial<BodyLimits>) => void (t = await openTestServer({ bodies }));

const base = '/api/toy/v1';
const json = { 'content-type': 'application/json' };

/** Sends the head of a request that announces more than it carries; `answer` is all that comes until the connection ends. */
const begin = async (method: string, path: string, body: string | Buffer, headers: readonly string[] = []) => {
  const socket: Socket = connect(t.port, '127.0.0.1');
  await once(socket, 'connect');
  const announced = ['content-length: 5000', `host: localhost:${t.port}`, ...headers];
  socket.write(`${method} ${base}${path} HTTP/1.1\r\n${announced.join('\r\n')}\r\n\r\n`);
  socket.write(body);
  return { socket, answer: text(socket).catch((err: Error) => err.message) };
};

test('a body that does not get to its end is answered with 408 after a while, and its connection ends', async () => {
  await open({ deadlineMs: 30 });
  const { answer } = await begin('PUT', '/thing/a', '{"name":', ['content-type: application/json']);
  const said = await answer;
  expect(said).toMatch(/^HTTP\/1.1 408 /);
  expect(said).toMatch(/^connection: close/im);
  expect(said).toContain('"code": "RequestTimeout"');
  expect(said).toContain('"method": "putThing"');
  expect(said).toContain('0.03 seconds: 8 bytes of it came');
});

test('so it is without a method, and when the body is packed', async () => {
  await open({ deadlineMs: 30 });
  expect(await (await begin('POST', '/nowhere', 'x')).answer).toMatch(/^HTTP\/1.1 408 /);
  const packed = await begin('PUT', '/thing/a', gzipSync('{"name":"a"}').subarray(0, 12), [
    'content-type: application/json',
    'content-encoding: gzip',
  ]);
  expect(await packed.answer).toMatch(/^HTTP\/1.1 408 /);
});

test('bodies that take too much together give way in the order in which they began, and those that are whole pass', async () => {
  await open({ totalBytes: 6_000 });
  const first = await begin('PUT', '/thing/a', 'x'.repeat(4_000));
  const second = await begin('PUT', '/thing/b', 'x'.repeat(1_000), ['content-type: application/json', 'connection: close']);
  const put = (body: object) => t.ask('PUT', `${base}/thing/c`, { json: body });
  expect((await put({ name: 'small' })).status).toBe(200);
  expect((await put({ name: 'x'.repeat(1_500) })).json.code).toBe('InputValidationError');
  const said = await first.answer;
  expect(said).toMatch(/^HTTP\/1.1 503 /);
  expect(said).toMatch(/^retry-after: 1/im);
  expect(said).toContain('"code": "ServiceUnavailable"');
  second.socket.write('x'.repeat(4_000));
  expect(await second.answer).toContain('"code": "MalformedPayload"');
});

test('bodies that have arrived, were refused or cut off count no more', async () => {
  await open({ totalBytes: 6_000 });
  for (let i = 0; i < 5; i++) {
    expect((await t.ask('PUT', `${base}/thing/a`, { json: { name: 'x'.repeat(4_000) } })).json.code).toBe('InputValidationError');
    const raw = gzipSync('x'.repeat(4_000)).subarray(0, -9);
    expect((await t.ask('PUT', `${base}/thing/a`, { raw, headers: { ...json, 'content-encoding': 'gzip' } })).status).toBe(400);
    const { socket } = await begin('PUT', '/thing/a', 'x'.repeat(4_000));
    socket.destroy();
    await once(socket, 'close');
  }
});

test('an upload of which nothing comes any more is told so, and its handler gets an error', async () => {
  await open({ idleMs: 30 });
  const failed = new Promise<string>((resolve) => (t.waiting.ended = resolve));
  const { answer } = await begin('PUT', '/broken-off', 'some');
  const said = await answer;
  expect(said).toMatch(/^HTTP\/1.1 408 /);
  expect(said).toMatch(/^connection: close/im);
  expect(said).toContain('"code": "RequestTimeout"');
  expect(await failed).toBe('RequestTimeout');
});

test('an upload that goes on slowly is not cut, however long it takes', async () => {
  await open({ idleMs: 20, deadlineMs: 20 });
  const { socket, answer } = await begin('PUT', '/broken-off', '', ['connection: close']);
  let sent = 0;
  for (const started = performance.now(); performance.now() < started + 100; await new Promise((resolve) => setImmediate(resolve)))
    if (sent < 4_000) {
      socket.write('x');
      sent++;
    }
  socket.write('x'.repeat(5_000 - sent));
  expect(await answer).toMatch(/^HTTP\/1.1 200 /);
});
