import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { validatorOf } from './validator.ts';

describe('a date-time', () => {
  const validate = validatorOf(Type.String({ format: 'date-time' }));
  test.each([
    '2030-01-28T00:00:00Z',
    '2030-01-31T23:59:59.999Z',
    '2028-02-29T12:00:00.1Z',
    '2030-04-30T12:00:00.123456789+05:30',
    '2030-12-31T23:59:60Z',
    '2030-06-01t12:00:00z',
  ])('%s is one', (text) => expect(validate(text)).toBeUndefined());
  test.each([
    '2030-02-29T00:00:00Z',
    '2030-04-31T00:00:00Z',
    '2030-00-01T00:00:00Z',
    '2030-13-01T00:00:00Z',
    '2030-01-00T00:00:00Z',
    '2030-01-01T24:00:00Z',
    '2030-01-01T00:60:00Z',
    '2030-01-01T00:00:00',
    '2030-01-01T00:00:00.Z',
    ' 2030-01-01T00:00:00Z',
    '2030-01-01T00:00:00Z\n',
    '٢٠30-01-01T00:00:00Z',
    '2030-01-01',
    '',
  ])('%j is none', (text) => expect(validate(text)).toEqual(['/ must match format "date-time"']));
});
