import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { CallError } from '@taskcluster/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestObjects, type TestObjects } from '../fixture.ts';
import { findStream } from '../store/streams.ts';
import { follow } from './follow.ts';

let t: TestObjects;
beforeAll(async () => (t = await openTestObjects({ maxStreamBytes: 20_000_000 })));
afterAll(() => t.close());
beforeEach(() => t.holds('*'));

const taskId = 'AAAAAAAAQAeAAAAAAAAAAA';
const aName = () => `t/${taskId}/0/${randomBytes(16).toString('base64url')}/live.log`;
const append = (name: string, offset: number, text: string | Buffer<ArrayBuffer>, last?: '1') =>
  t.client
    .appendStream({ name, offset: String(offset), ...(last ? { last } : {}) }, typeof text === 'string' ? Buffer.from(text) : text)
    .then(({ length }) => length);
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable(),
    (err: CallError) => ({ status: err.status, code: err.code }),
  );
const conflict = { status: 409, code: 'RequestConflict' };
const read = (name: string, options: { offset?: string; follow?: string } = {}) => t.client.readStream({ name, ...options });
const textOf = async (name: string, offset = 0) => (await read(name, { offset: String(offset) })).text();

/** Reads a followed stream piece by piece. */
const listen = async (name: string, offset = 0) => {
  const answer = await read(name, { offset: String(offset), follow: '1' });
  const reader = answer.body?.getReader();
  let text = '';
  return {
    answer,
    /** Reads until so many characters have come in all. */
    upTo: async (length: number) => {
      while (text.length < length) {
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done) break;
        text += Buffer.from(value as Uint8Array).toString();
      }
      return text;
    },
    leave: () => reader?.cancel(),
  };
};
const until = async (is: () => boolean) => {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
};

test('what is appended can be read from any offset', async () => {
  const name = aName();
  expect(await append(name, 0, 'hello ')).toBe(6);
  expect(await append(name, 6, 'world')).toBe(11);
  const answer = await read(name);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-length': '11',
    'x-stream-length': '11',
    'x-stream-complete': 'false',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
  });
  expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox/);
  expect(await answer.text()).toBe('hello world');
  expect(await textOf(name, 3)).toBe('lo world');
  expect(await textOf(name, 6)).toBe('world');
  expect(await textOf(name, 11)).toBe('');
  expect(await refusal(read(name, { offset: '12' }))).toEqual({ status: 400, code: 'InputError' });
  expect(await refusal(read(aName()))).toEqual({ status: 404, code: 'ResourceNotFound' });
});

test('an append may be repeated, whole or as the beginning of a larger one', async () => {
  const name = aName();
  await append(name, 0, 'abc');
  expect(await append(name, 0, 'abc')).toBe(3);
  expect(await append(name, 0, 'ab')).toBe(3);
  expect(await append(name, 0, 'abcdef')).toBe(6);
  expect(await append(name, 3, 'defg')).toBe(7);
  expect(await textOf(name)).toBe('abcdefg');
});

test('a gap is a conflict that tells how long the stream is', async () => {
  const name = aName();
  await append(name, 0, 'abc');
  await expect(append(name, 4, 'x')).rejects.toMatchObject({ ...conflict, message: expect.stringContaining('3 bytes long') });
  expect(await refusal(append(aName(), 1, 'x'))).toEqual(conflict);
  expect(await textOf(name)).toBe('abc');
});

test('a complete stream takes no more, and completing it again is fine', async () => {
  const name = aName();
  await append(name, 0, 'abc');
  expect(await append(name, 3, 'def', '1')).toBe(6);
  expect(await append(name, 3, 'def', '1')).toBe(6);
  expect(await append(name, 6, '', '1')).toBe(6);
  expect(await append(name, 0, 'abc')).toBe(6);
  expect(await refusal(append(name, 6, 'x'))).toEqual(conflict);
  const answer = await read(name, { follow: '1' });
  expect(answer.headers.get('x-stream-complete')).toBe('true');
  expect(await answer.text()).toBe('abcdef');
});

test('a stream cannot be completed before its end', async () => {
  const name = aName();
  await append(name, 0, 'abcdef');
  expect(await refusal(append(name, 0, 'abc', '1'))).toEqual(conflict);
});

test('an empty append makes a stream that can be followed before there is anything in it', async () => {
  const name = aName();
  expect(await append(name, 0, '')).toBe(0);
  const listener = await listen(name);
  expect(listener.answer.headers.get('x-stream-length')).toBe('0');
  await append(name, 0, 'now');
  expect(await listener.upTo(3)).toBe('now');
  await append(name, 3, '', '1');
  expect(await listener.upTo(99)).toBe('now');
});

test('many writers who repeat the same bytes at once write them once', async () => {
  const name = aName();
  await Promise.all(Array.from({ length: 10 }, () => append(name, 0, 'abc')));
  await Promise.all(Array.from({ length: 10 }, (_, i) => append(name, 3, 'defghijklmnop'.slice(0, i + 1))));
  expect(await textOf(name)).toBe('abcdefghijklm');
});

test('a large append is cut into chunks and read back exactly, whole and in parts', async () => {
  const name = aName();
  const bytes = Buffer.from(randomBytes(3_000_000).toString('hex'));
  expect(await append(name, 0, bytes)).toBe(bytes.length);
  expect(await textOf(name)).toBe(bytes.toString());
  for (const offset of [1, 262_143, 262_144, 262_145, 5_999_999]) expect(await textOf(name, offset)).toBe(bytes.toString().slice(offset));
});

test('a stream has a largest size, and so has one append', async () => {
  const name = aName();
  for (let i = 0; i < 4; i++) await append(name, i * 5_000_000, Buffer.alloc(5_000_000, 'x'));
  const tooLarge = { status: 413, code: 'InputTooLarge' };
  expect(await refusal(append(name, 20_000_000, 'x'))).toEqual(tooLarge);
  expect(await refusal(append(aName(), 0, Buffer.alloc(8 * 1024 * 1024 + 1)))).toEqual(tooLarge);
});

test('only whoever may create artifacts of the run may append', async () => {
  const name = aName();
  const forbidden = { status: 403, code: 'InsufficientScopes' };
  t.holds(`queue:create-artifact:${taskId}/1`, 'queue:create-artifact:AAAAAAAAQAeAAAAAAAAAAQ/0', 'object:append:t/other/*');
  expect(await refusal(append(name, 0, 'x'))).toEqual(forbidden);
  t.holds(`queue:create-artifact:${taskId}/0`);
  expect(await append(name, 0, 'x')).toBe(1);
  t.holds('object:append:t/*');
  expect(await append(name, 1, 'y')).toBe(2);
  t.holds();
  expect(await textOf(name)).toBe('xy');
});

test('a name without a run, or without a part that cannot be guessed, is refused', async () => {
  for (const name of [
    'live.log',
    `t/${taskId}/0/short/live.log`,
    `t/${taskId}/x/${'a'.repeat(22)}/live.log`,
    `t/not-a-task/0/${'a'.repeat(22)}/live.log`,
    `t/${taskId}/0/${'a'.repeat(22)}`,
  ]) {
    expect(await refusal(append(name, 0, 'x')), name).toEqual({ status: 400, code: 'InputError' });
  }
});

test('everybody who follows gets every byte in order, until the last', async () => {
  const name = aName();
  await append(name, 0, 'start\n');
  const listeners = await Promise.all(Array.from({ length: 30 }, () => listen(name)));
  let text = 'start\n';
  for (let i = 0; i < 50; i++) {
    const line = `line ${i} ${'.'.repeat(i * 7)}\n`;
    await append(name, text.length, line);
    text += line;
  }
  await append(name, text.length, '', '1');
  for (const listener of listeners) expect(await listener.upTo(Infinity)).toBe(text);
  await until(() => t.service.followers.count() === 0);
});

test('a follower who leaves leaves nothing behind, waiting or in the middle of a page', async () => {
  const name = aName();
  await append(name, 0, 'x'.repeat(5_000_000));
  const waiting = await listen(name, 5_000_000);
  const busy = await listen(name);
  await busy.upTo(1);
  expect(t.service.followers.count()).toBe(2);
  await waiting.leave();
  await busy.leave();
  await until(() => t.service.followers.count() === 0);
});

test('asking for the head only does not wait for the stream', async () => {
  const name = aName();
  await append(name, 0, 'abc');
  const status = await new Promise((resolve, reject) => {
    httpRequest(`${t.rootUrl}/api/object/v1/stream/${name}?follow=1`, { method: 'HEAD' }, (answer) =>
      resolve(answer.headers['x-stream-length']),
    )
      .on('error', reject)
      .end();
  });
  expect(status).toBe('3');
  expect(t.service.followers.count()).toBe(0);
});

test('a reader who does not read makes nobody read for it', async () => {
  const name = aName();
  for (let i = 0; i < 4; i++) await append(name, i * 5_000_000, Buffer.alloc(5_000_000, 'x'));
  const offsets: number[] = [];
  const { read: readAt } = t.service.followers;
  const watched = { ...t.service.followers, read: (id: number, offset: number) => (offsets.push(offset), readAt(id, offset)) };
  const stream = await findStream(t.db, name);
  const body = follow(watched, {
    id: stream?.id ?? 0,
    offset: 0,
    until: undefined,
    idleMs: 1000,
    now: Date.now,
    signal: new AbortController().signal,
  });
  body.read();
  await new Promise((resolve) => body.once('readable', resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(offsets.length).toBeLessThanOrEqual(2);
  body.destroy();
  await until(() => t.service.followers.count() === 0);
});

test('a quiet stream ends after a while, for whoever follows it', async () => {
  const quick = await openTestObjects({ streamIdleMs: 50 });
  const name = aName();
  await quick.client.appendStream({ name, offset: '0' }, Buffer.from('abc'));
  const answer = await quick.client.readStream({ name, follow: '1' });
  expect(await answer.text()).toBe('abc');
  await quick.close();
});

test('followers end when the server stops', async () => {
  const stopping = await openTestObjects();
  const name = aName();
  await stopping.client.appendStream({ name, offset: '0' }, Buffer.from('abc'));
  const answer = await stopping.client.readStream({ name, follow: '1' });
  const text = answer.text();
  await until(() => stopping.service.followers.count() === 1);
  await stopping.close();
  expect(await text).toBe('abc');
});
