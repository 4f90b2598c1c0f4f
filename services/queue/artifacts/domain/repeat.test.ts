import { expect, test } from 'vitest';
import { artifacts, at } from './fixture.ts';
import { repeated } from './repeat.ts';

const conflict = { refused: 'RequestConflict' };
const { s3, object, reference, link, error } = artifacts;

test('the same request again changes nothing, except for objects, whose upload has begun', () => {
  for (const artifact of [s3, reference, link, error]) expect(repeated(artifact, structuredClone(artifact))).toEqual(artifact);
  expect(repeated(object, { ...object, details: { uploadId: 'J8S6K4lNT9yyKJ4nSsbQQQ' } })).toMatchObject(conflict);
  expect(repeated({ ...object, present: true, details: {} }, object)).toMatchObject(conflict);
});

test('an artifact may live longer and not shorter', () => {
  expect(repeated(s3, { ...s3, expires: at(61) })).toEqual({ ...s3, expires: at(61) });
  expect(repeated(s3, { ...s3, expires: at(59) })).toMatchObject(conflict);
});

test('a reference may lead elsewhere, and become a link with another content type, and never back', () => {
  const url = 'https://example.com/b';
  expect(repeated(reference, { ...reference, details: { url } })).toEqual({ ...reference, details: { url } });
  expect(repeated(reference, { ...link, contentType: 'a/b', expires: at(61) })).toEqual({ ...link, expires: at(61) });
  expect(repeated(reference, { ...reference, contentType: 'a/b' })).toMatchObject(conflict);
  expect(repeated(link, reference)).toMatchObject(conflict);
});

test('other changes of the kind or of what it needs conflict', () => {
  const all = [s3, object, reference, link, error];
  for (const stored of all) {
    for (const wanted of all) {
      if (stored !== wanted && !(stored === reference && wanted === link)) expect(repeated(stored, wanted)).toMatchObject(conflict);
    }
  }
  expect(repeated(link, { ...link, details: { artifact: 'other' } })).toMatchObject(conflict);
  expect(repeated(error, { ...error, details: { ...error.details, message: 'other' } })).toMatchObject(conflict);
});

test('content type and length stay as they were, and the refusal shows what was there', () => {
  expect(repeated({ ...s3, contentLength: 7 }, { ...s3, contentLength: 8 })).toMatchObject({ contentLength: 7 });
  expect(repeated(s3, { ...s3, contentType: 'a/b' })).toMatchObject({
    message: expect.stringMatching(`storageType s3, contentType text/plain, expires ${s3.expires}`),
  });
});
