import { expect, test } from 'vitest';
import { acceptsGzip, dispositionOf, isKnownVersion, servedType } from './serving.ts';

test('a file name cannot break out of its header', () => {
  expect(dispositionOf('a/b/"x;\r\nset-cookie: a=b', 'text/plain', undefined)).toBe(
    "inline; filename*=UTF-8''%22x%3B%0D%0Aset-cookie%3A%20a%3Db",
  );
  expect(dispositionOf("it's (1)*.txt", 'text/plain', undefined)).toBe("inline; filename*=UTF-8''it%27s%20%281%29%2A.txt");
  expect(dispositionOf('a/', 'text/plain', undefined)).toBe('inline');
});

test('what may not be shown is saved, and what may be shown is saved when asked for', () => {
  expect(dispositionOf('x.svg', 'image/svg+xml', undefined)).toMatch(/^attachment/);
  expect(dispositionOf('x.svg', 'image/svg+xml', 'inline')).toMatch(/^attachment/);
  expect(dispositionOf('x.txt', 'text/plain', 'attachment')).toMatch(/^attachment/);
});

test('a content type that is no media type is served as plain bytes', () => {
  expect(servedType('text/plain; charset=utf-8')).toBe('text/plain; charset=utf-8');
  expect(servedType('<script>')).toBe('application/octet-stream');
});

test('gzip is accepted only when it is named with a weight above zero', () => {
  for (const yes of ['gzip', 'br, gzip;q=0.5', 'GZIP', '*', 'x-gzip']) expect(acceptsGzip(yes), yes).toBe(true);
  for (const no of [undefined, '', 'br', 'gzip;q=0', '*, gzip;q=0', 'identity', 'gzipped']) expect(acceptsGzip(no), no).toBe(false);
});

test('a known version is recognised in a list, weak or strong, and by the star', () => {
  for (const yes of ['"a"', 'W/"a"', '"b", "a"', '*']) expect(isKnownVersion(yes, '"a"'), yes).toBe(true);
  for (const no of [undefined, '', '"b"', 'a']) expect(isKnownVersion(no, '"a"'), no).toBe(false);
});
