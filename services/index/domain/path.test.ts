import { expect, test } from 'vitest';
import { isIndexPath, joinPath, namespacesOf, splitPath } from './path.ts';

test('a path is keys with dots between them, of certain characters, and at most 255 of these', () => {
  for (const path of ['a', 'a.b', `a-Z_0.!~*'()%`, '__proto__.constructor', 'a%2Fb', 'x'.repeat(255)])
    expect(isIndexPath(path), path).toBe(true);
  for (const path of ['', '.', 'a.', '.a', 'a..b', 'a b', 'a/b', 'a:b', 'a@b', 'caf\u00e9', 'a\n', 'a\0', 'x'.repeat(256)])
    expect(isIndexPath(path), path).toBe(false);
});

test('a path that nearly fits is refused at once, however long it is', () => {
  expect(isIndexPath(`${'a.'.repeat(100_000)}/`)).toBe(false);
});

test('a path is split at its last dot, and a name without one is in the root', () => {
  expect(splitPath('a.b.c')).toEqual({ namespace: 'a.b', name: 'c' });
  expect(splitPath('a')).toEqual({ namespace: '', name: 'a' });
  for (const path of ['a', 'a.b', 'a.b.c']) expect(joinPath(splitPath(path))).toBe(path);
});

test('each proper prefix of each path is a namespace, once', () => {
  expect(namespacesOf(['a'])).toEqual([]);
  expect(namespacesOf(['a.b.c', 'a.b.d', 'x.y'])).toEqual([
    { namespace: '', name: 'a' },
    { namespace: 'a', name: 'b' },
    { namespace: '', name: 'x' },
  ]);
});
