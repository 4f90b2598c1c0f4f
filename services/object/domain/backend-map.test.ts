import { expect, test } from 'vitest';
import { parseBackendMap } from './backend-map.ts';

const object = { name: 'public/log.txt', projectId: 'builds' };

test('the first rule whose conditions all hold decides', () => {
  const choose = parseBackendMap(
    JSON.stringify([
      { backendId: 'a', when: { name: 'public/log.txt', projectId: 'other' } },
      { backendId: 'b', when: { name: { regexp: 'log' }, projectId: { is: 'builds' } } },
      { backendId: 'c', when: 'all' },
    ]),
  );
  expect(choose(object)).toBe('b');
  expect(choose({ ...object, projectId: 'other' })).toBe('a');
  expect(choose({ name: 'x', projectId: 'y' })).toBe('c');
});

test('an empty map has no backend for anything', () => {
  expect(parseBackendMap('[]')(object)).toBeUndefined();
});

test('a wrong map is refused when it is read', () => {
  for (const bad of [
    '{}',
    '{"a":1}',
    '[{}]',
    '[{"backendId":"a"}]',
    '[{"backendId":"a","when":{"size":"1"}}]',
    '[{"backendId":"a","when":{"name":{"glob":"*"}}}]',
    '[{"backendId":"a","when":{"name":{"regexp":"("}}}]',
    'x',
  ]) {
    expect(() => parseBackendMap(bad), bad).toThrow();
  }
});
