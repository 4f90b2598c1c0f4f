import { expect, test } from 'vitest';
import { contentEncodingOf, contentTypeOf } from './content.ts';

test('the media type follows from the extension', () => {
  const types = {
    'a.log': 'text/plain',
    'a.jsonl': 'application/jsonl',
    'a.json': 'application/json',
    'x/a.HTML': 'text/html',
    'a.png': 'image/png',
  };
  for (const [name, type] of Object.entries(types)) expect(contentTypeOf(name)).toBe(type);
  for (const name of ['Makefile', 'html', '.profile', 'a.', 'a.unknown-thing', 'a.b/c'])
    expect(contentTypeOf(name)).toBe('application/octet-stream');
});

test('what is compressed already is not compressed again', () => {
  for (const name of ['a.zip', 'a.tar.gz', 'a.zst', 'a.png', 'a.wasm']) expect(contentEncodingOf(name)).toBe('identity');
  for (const name of ['a.log', 'a.ZIP', 'zip', 'a.zip/b', 'a.xzip', 'a']) expect(contentEncodingOf(name)).toBe('gzip');
});
