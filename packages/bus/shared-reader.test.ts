import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { announce, exchange } from './fixture.ts';
import { currentCursor } from './log.ts';
import { sharedReader } from './shared-reader.ts';

let t: TestDatabase;
beforeAll(async () => {
  t = await openTestDatabase(inject('postgres'));
});
afterAll(() => t.close());

const want = (pattern: string) => onTestFinished(sharedReader(t.db).want([{ exchange, routingKeyPattern: pattern }]));
const keysOf = ({ messages }: { readonly messages: readonly { readonly routingKey: string }[] }) => messages.map((m) => m.routingKey);

test('readers at one place share a look, and those that are behind come to the same place', async () => {
  const reader = sharedReader(t.db);
  want('#');
  const first = await currentCursor(t.db);
  await announce(t.db, 'one');
  const second = await currentCursor(t.db);
  await announce(t.db, 'two');
  const since = performance.now();
  const [a, b, behind] = await Promise.all([reader.read(second, since, 10), reader.read(second, since, 10), reader.read(first, since, 10)]);
  expect(b).toBe(a);
  expect([keysOf(a), keysOf(behind)]).toEqual([['two'], ['one', 'two']]);
  expect(behind.cursor).toBe(a.cursor);
  expect(sharedReader(t.db)).toBe(reader);
});

test('whoever was woken after a look gets another one, which shows what woke it', async () => {
  const reader = sharedReader(t.db);
  want('#');
  const start = await currentCursor(t.db);
  const before = await reader.read(start, performance.now(), 10);
  expect(before.messages).toEqual([]);
  await announce(t.db, 'later');
  expect(keysOf(await reader.read(start, performance.now(), 10))).toEqual(['later']);
});

test('a look brings what somebody wants and leaves the rest', async () => {
  const reader = sharedReader(t.db);
  want('wanted.#');
  const start = await currentCursor(t.db);
  await announce(t.db, 'wanted.1', 'other');
  expect(keysOf(await reader.read(start, performance.now(), 10))).toEqual(['wanted.1']);
  want('other');
  expect(keysOf(await reader.read(start, performance.now(), 10))).toEqual(['wanted.1', 'other']);
});

test('a look that fails is an error for those who share it, and not for the next', async () => {
  const reader = sharedReader(t.db);
  const since = performance.now();
  await expect(reader.read('1:0:', since, 10)).rejects.toThrow();
  expect((await reader.read(await currentCursor(t.db), performance.now(), 10)).messages).toEqual([]);
});
