import { expect, test } from 'vitest';
import { chooseUploadMethod } from './upload-method.ts';

const contentType = 'text/plain';

test('inline data is preferred to a URL, and nothing proposed chooses nothing', () => {
  const dataInline = { contentType, objectData: 'aGk=' };
  const putUrl = { contentType, contentLength: 2 };
  expect(chooseUploadMethod({ dataInline, putUrl })).toEqual({ name: 'dataInline', contentType, data: Buffer.from('hi') });
  expect(chooseUploadMethod({ putUrl })).toEqual({ name: 'putUrl', contentType, contentLength: 2 });
  expect(chooseUploadMethod({})).toBeUndefined();
});

test('data that is not strict base64 is refused, never shortened', () => {
  for (const objectData of ['aGk', 'aG k=', 'aGk=\n', 'aGk=aGk=', 'aGl=', '*', '____']) {
    expect(() => chooseUploadMethod({ dataInline: { contentType, objectData } }), objectData).toThrow(/base64/);
  }
  expect(chooseUploadMethod({ dataInline: { contentType, objectData: '' } })).toMatchObject({ data: Buffer.alloc(0) });
});

test('a content type with a line break and a negative length are refused', () => {
  expect(() => chooseUploadMethod({ putUrl: { contentType: 'a/b\r\nx: y', contentLength: 1 } })).toThrow(/header/);
  expect(() => chooseUploadMethod({ putUrl: { contentType, contentLength: -1 } })).toThrow(/negative/);
});
