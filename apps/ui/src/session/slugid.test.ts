import { expect, test } from 'vitest';
import { isSlugid, slugid } from './slugid.ts';

test('every new id is a version 4 UUID in URL-safe base64, and all differ', () => {
  const ids = Array.from({ length: 500 }, slugid);
  expect(ids.every(isSlugid)).toBe(true);
  expect(new Set(ids).size).toBe(500);
});

test('other texts of 22 characters are no ids', () => {
  expect(isSlugid('AAAAAAAAAAAAAAAAAAAAAA')).toBe(false);
  expect(isSlugid('fN1SbArXTPSVFNUvaOlinQ')).toBe(true);
  expect(isSlugid('fN1SbArXTPSVFNUvaOlinQx')).toBe(false);
});
