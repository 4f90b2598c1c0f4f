import { expect, test } from 'vitest';
import { failpointOf, moments } from './failpoint.ts';

const allowed = { FAILPOINTS_ALLOWED: 'yes' };

test('nothing is there unless it is set, and setting it alone is refused', () => {
  expect(failpointOf({})).toBeUndefined();
  expect(failpointOf({ FAILPOINT: '' })).toBeUndefined();
  expect(() => failpointOf({ FAILPOINT: 'queue.claim/begin:1' })).toThrow('for tests only');
});

test('it kills once, at the named moment of the named transaction, as often as it was counted', () => {
  let killed = 0;
  const point = failpointOf({ ...allowed, FAILPOINT: 'queue.claim/before-commit:2' }, () => killed++);
  for (const moment of moments) for (const name of ['queue.claim', 'queue.create']) point?.(name, moment);
  expect(killed).toBe(0);
  point?.('queue.claim', 'before-commit');
  expect(killed).toBe(1);
  point?.('queue.claim', 'before-commit');
  expect(killed).toBe(1);
});

test.each(['queue.claim', 'queue.claim/begin', 'queue.claim/never:1', 'queue.claim/begin:0', 'queue.claim/begin:x', '/begin:1'])(
  '%s is refused, and the moments are named',
  (text) => expect(() => failpointOf({ ...allowed, FAILPOINT: text })).toThrow('before-commit'),
);
