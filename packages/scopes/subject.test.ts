import { expect, test } from 'vitest';
import { clientSubject, roleSubject } from './subject.ts';

const now = Date.parse('2030-01-01T00:00:00Z');

test('a client holds what everybody holds, a role does not', () => {
  expect(clientSubject({ scopes: ['a'] }, now)).toEqual({ held: ['a', 'assume:anonymous'] });
  expect(roleSubject('r')).toEqual({ held: ['assume:r'] });
});

test('a client that is disabled or has expired is refused whatever it holds', () => {
  const expires = '2029-12-31T23:59:59Z';
  expect(clientSubject({ scopes: [], expires: '2030-01-01T00:00:00Z' }, now)).not.toHaveProperty('unusable');
  expect(clientSubject({ scopes: [], expires }, now).unusable).toBe('expired');
  expect(clientSubject({ scopes: [], expires, disabled: true }, now).unusable).toBe('disabled');
});
