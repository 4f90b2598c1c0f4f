import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { isTransient, isUnavailable } from './errors.ts';

const withCode = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });
const thrownBy = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (err: unknown) => err,
  );

test('only what PostgreSQL ended to let others go on is tried again', () => {
  expect(['40001', '40P01'].map((code) => isTransient(withCode(code)))).toEqual([true, true]);
  for (const err of [withCode('40002'), withCode('23505'), withCode('57P01'), new Error('40001'), undefined, '40001']) {
    expect(isTransient(err)).toBe(false);
  }
});

test.each(['08006', '53300', '53100', '57P01', '57P03', '57014', '25006', '25P03', 'ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT'])(
  '%s: the database is away',
  (code) => {
    expect(isUnavailable(withCode(code))).toBe(true);
  },
);

test.each(['23505', '22P02', '25P02', '40P01', '42601', ''])('%s: the database is there', (code) => {
  expect(isUnavailable(withCode(code))).toBe(false);
});

test('a database that is not there is told from a file that is not there', async () => {
  const nowhere = new pg.Client({ host: '/nonexistent', user: 'x' });
  expect(isUnavailable(await thrownBy(nowhere.connect()))).toBe(true);
  expect(isUnavailable(await thrownBy(readFile('/nonexistent/file')))).toBe(false);
});

test('a caller who hangs up is not the database going away', () => {
  expect(isUnavailable(withCode('ECONNRESET'))).toBe(false);
  expect(isUnavailable(withCode('ECONNRESET', { syscall: 'read' }))).toBe(true);
});

test('nobody listening on a port of all addresses of a name is a database that is away', async () => {
  // Node tries each address and throws one error about all, without a system call.
  const refused = new pg.Client({ host: 'localhost', port: 1, user: 'x' });
  expect(isUnavailable(await thrownBy(refused.connect()))).toBe(true);
});
