import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog, type Log, silentLog } from './index.ts';

let folder: string;
let fd: number;
let log: Log;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  fd = openSync(join(folder, 'log'), 'a');
  log = createLog({ level: 'info', name: 'tester', fd });
});
afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});
const written = () => readFileSync(join(folder, 'log'), 'utf8');
const events = () =>
  written()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('an event is a line of JSON with its time, name, fields and sentence', () => {
  log.info({ taskId: 'x', n: 3 }, 'something happened');
  expect(events()).toEqual([
    { level: 30, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), name: 'tester', taskId: 'x', n: 3, msg: 'something happened' },
  ]);
});

test('what is below the level is not written', () => {
  log.debug({}, 'small');
  log.warn({}, 'large');
  expect(events().map((e) => e.msg)).toEqual(['large']);
});

test('fields of a child are in each of its events', () => {
  log.child({ service: 'queue' }).child({ loop: 'claims' }).error({ n: 1 }, 'no');
  expect(events()).toMatchObject([{ service: 'queue', loop: 'claims', n: 1 }]);
});

const secret = 'c0rrecthorsebatterystaple';
test.each([
  ['accessToken'],
  ['authorization'],
  ['certificate'],
  ['credentials'],
  ['secret'],
  ['bewit'],
  ['password'],
  ['cookie'],
  ['connectionString'],
])('a value under the name %s is never written, at the top, inside, in a list or in a child', (name) => {
  log.info({ [name]: secret }, 'at the top');
  log.info({ request: { [name]: secret } }, 'inside');
  log.info({ request: { headers: { [name]: secret, host: 'kept' } } }, 'deeper');
  log.info({ clients: [{ [name]: secret }] }, 'in a list');
  log.info({ [name]: { nested: secret } }, 'as a whole');
  log.child({ [name]: secret }).info({}, 'in a child');
  expect(written()).not.toContain(secret);
  expect(events()).toHaveLength(6);
  expect(events()[2]).toMatchObject({ request: { headers: { [name]: '(hidden)', host: 'kept' } } });
});

test('an event stays one line whatever is in its values, and nothing in it commands a terminal', () => {
  const evil = 'a\r\n{"level":60}\n\u001b[2J\u009b31m\u007f\u2028\u2029\0z';
  log.info({ evil, nested: { evil: [evil] }, err: new Error(evil) }, evil);
  expect(written().match(/\n/g)).toHaveLength(1);
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  expect(written()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
  expect(events()).toMatchObject([{ evil, nested: { evil: [evil] }, err: { message: evil }, msg: evil }]);
});

test('of an error are written its name, message, code, stack and causes, and nothing else that hangs on it', () => {
  const err = Object.assign(new Error('outer', { cause: new TypeError('inner', { cause: 'a word' }) }), {
    code: '23505',
    client: { password: secret },
    detail: secret,
  });
  log.error({ err }, 'no');
  expect(written()).not.toContain(secret);
  expect(events()).toMatchObject([
    { err: { name: 'Error', message: 'outer', code: '23505', cause: { name: 'TypeError', message: 'inner', cause: 'a word' } } },
  ]);
  expect(events()).toMatchObject([{ err: { stack: expect.stringContaining('log.test.ts') } }]);
});

test('of several errors in one each is written', () => {
  log.error({ err: new AggregateError([new Error('ipv6'), new Error('ipv4')]) }, 'no');
  expect(events()).toMatchObject([{ err: { errors: [{ message: 'ipv6' }, { message: 'ipv4' }] } }]);
});

test('errors that are each other’s cause are written all the same', () => {
  const a = new Error('a');
  a.cause = new Error('b', { cause: a });
  log.error({ err: a }, 'no');
  expect(events()).toMatchObject([{ err: { message: 'a', cause: { message: 'b', cause: { message: 'a' } } } }]);
});

test('what is thrown and is no error is written as a text', () => {
  log.error({ err: 'a word' }, 'no');
  expect(events()).toMatchObject([{ err: 'a word' }]);
});

test('the silent log takes everything and says nothing', () => {
  silentLog.child({ a: 1 }).error({ err: new Error('x') }, 'no');
});
