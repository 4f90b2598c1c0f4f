import { expect, test } from 'vitest';
import { RecentMap } from './index.ts';

test('the entry unused for longest leaves when there are too many', () => {
  const map = new RecentMap<number>({ entries: 2 });
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3]);
});

test('the sum of the weights is bounded, and an entry that is too heavy alone is not kept', () => {
  const map = new RecentMap<number>({ entries: 100, weight: 10 });
  map.set('a', 1, 4);
  map.set('b', 2, 4);
  map.set('c', 3, 4);
  expect(map.get('a')).toBeUndefined();
  expect(map.size).toBe(2);
  map.set('c', 4, 1);
  map.set('d', 5, 5);
  expect(map.size).toBe(3);
  map.set('huge', 6, 11);
  expect(map.size).toBe(0);
});

test('names of object properties are ordinary keys', () => {
  const map = new RecentMap<number>({ entries: 4 });
  expect(map.get('__proto__')).toBeUndefined();
  expect(map.get('constructor')).toBeUndefined();
  map.set('__proto__', 1);
  expect(map.get('__proto__')).toBe(1);
});
