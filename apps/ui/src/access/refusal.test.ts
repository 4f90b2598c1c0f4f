import { expect, test } from 'vitest';
import { refusalWords } from './refusal.ts';

test('a refusal names what is needed, who lacks it, and what to do', () => {
  expect(refusalWords(['queue:x'], 'me')).toBe('Needs `queue:x`, which me does not hold. Ask somebody who holds it to grant it.');
  expect(refusalWords(['a', 'b'], 'me')).toBe('Needs `a` and `b`, which me does not hold. Ask somebody who holds them to grant them.');
  expect(refusalWords(['a'], undefined)).toBe('Needs `a`, which not everybody holds. Sign in first.');
});

test('of many scopes three are named', () => {
  expect(refusalWords(['a', 'b', 'c', 'd', 'e'], 'me')).toMatch(/^Needs `a`, `b`, `c` and 2 more, /);
});
