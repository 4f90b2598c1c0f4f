import { expect, test } from 'vitest';
import { isHeaderSafe, mayBeShown, mediaTypeOf } from './media-type.ts';

test('a content type that could break out of its header is not safe', () => {
  for (const bad of [
    '',
    ' ',
    'text/plain\r\nx: y',
    'text/plain\n',
    ' text/plain',
    'text/plain ',
    'text/\0plain',
    'téxt/plain',
    'a'.repeat(256),
  ]) {
    expect(isHeaderSafe(bad), JSON.stringify(bad)).toBe(false);
  }
  for (const good of ['a', 'text/plain', 'text/plain; charset=utf-8', 'application/binary', 'a'.repeat(255)])
    expect(isHeaderSafe(good)).toBe(true);
});

test('the media type is found without regard to case and parameters', () => {
  expect(mediaTypeOf('Text/HTML;charset=utf-8')).toBe('text/html');
  expect(mediaTypeOf('text/html;')).toBe('text/html');
  expect(mediaTypeOf('text/html, text/plain')).toBeUndefined();
  expect(mediaTypeOf('html')).toBeUndefined();
});

test('only types that cannot run in the page are shown; everything else is saved', () => {
  for (const shown of ['text/plain', 'TEXT/plain; charset=utf-8', 'image/png', 'application/json', 'text/html'])
    expect(mayBeShown(shown), shown).toBe(true);
  for (const saved of [
    'image/svg+xml',
    'application/xhtml+xml',
    'text/xml',
    'application/pdf',
    'multipart/x-mixed-replace',
    'text/javascript',
    'message/rfc822',
    'nonsense',
    '',
  ]) {
    expect(mayBeShown(saved), saved).toBe(false);
  }
});
