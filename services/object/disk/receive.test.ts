import { open, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diskFailure } from './failure.ts';
import { fileId } from './folder.ts';
import { receive } from './receive.ts';

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'taskcluster-receive-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const id = fileId('bucket', 'key');
const files = async () => (await readdir(root, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
const arriving = (...parts: readonly string[]) => Readable.from(parts.map((part) => Buffer.from(part)));

test('a file is stored under its own version, readable by its owner only', async () => {
  const first = await receive({ root, id, source: arriving('a', 'b'), maxBytes: 2 });
  const second = await receive({ root, id, source: arriving(), length: 0, maxBytes: 2 });
  expect(first).toMatchObject({ size: 2, sha256: 'fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603' });
  expect(second.size).toBe(0);
  expect(first.version).not.toBe(second.version);
  expect(await files()).toHaveLength(2);
});

test('a body that is shorter or longer than announced, too large or broken leaves nothing behind', async () => {
  const source = () => arriving('0123456789');
  await expect(receive({ root, id, source: source(), length: 11, maxBytes: 100 })).rejects.toMatchObject({ code: 'InputError' });
  await expect(receive({ root, id, source: source(), length: 9, maxBytes: 100 })).rejects.toMatchObject({ code: 'InputError' });
  await expect(receive({ root, id, source: source(), maxBytes: 9 })).rejects.toMatchObject({ code: 'InputTooLarge' });
  const breaking = Readable.from(
    (function* () {
      yield Buffer.from('a');
      throw new Error('broken');
    })(),
  );
  await expect(receive({ root, id, source: breaking, maxBytes: 9 })).rejects.toThrow('broken');
  expect(await files()).toEqual([]);
});

test('a full disk is a 503 that says so, with the cause kept for the log', async () => {
  const full = await open('/dev/full', 'w');
  const cause: unknown = await full.write('x').catch((err: unknown) => err);
  await full.close();
  expect(diskFailure(cause)).toMatchObject({
    code: 'ServiceUnavailable',
    status: 503,
    message: expect.stringContaining('its disk is full'),
    cause,
  });
  const other = new Error('something else');
  expect(diskFailure(other)).toBe(other);
});
