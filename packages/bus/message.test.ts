import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesBinding, parseBindings } from './message.ts';

const exchange = 'exchange/taskcluster-queue/v1/task-running';
const matches = (pattern: string, key: string, cc: string[] = []) =>
  matchesBinding({ exchange, routingKeyPattern: pattern }, { exchange, routingKey: key, cc });

test.each([
  ['#', 'a.b.c', true],
  ['#', '', true],
  ['a.b.c', 'a.b.c', true],
  ['a.b.c', 'a.b', false],
  ['a.b', 'a.b.c', false],
  ['a.*.c', 'a.b.c', true],
  ['a.*.c', 'a.c', false],
  ['a.*', 'a.b.c', false],
  ['*', 'a', true],
  ['*', 'a.b', false],
  ['a.#', 'a', true],
  ['a.#', 'a.b.c', true],
  ['a.#', 'ab', false],
  ['#.c', 'c', true],
  ['#.c', 'a.b.c', true],
  ['#.c', 'a.b.c.d', false],
  ['a.#.c', 'a.c', true],
  ['a.#.c', 'a.b.b.c', true],
  ['a.#.c', 'a.b', false],
  ['#.b.#', 'a.b.c', true],
  ['#.b.#', 'a.c', false],
  ['#.*', 'a', true],
  ['#.*.*', 'a', false],
  ['#.#', 'a', true],
  ['a.*.#.d', 'a.b.c.d', true],
  ['a.b*', 'a.bc', false],
  ['a._', 'a._', true],
  ['.', '.', true],
  ['A', 'a', false],
])('pattern %s and key %s: %s', (pattern, key, expected) => {
  expect(matches(pattern, key)).toBe(expected);
});

test('a CC key is as good as the routing key, and another exchange never matches', () => {
  expect(matches('route.index.#', 'primary.x', ['route.notify', 'route.index.a.b'])).toBe(true);
  expect(matches('route.index.#', 'primary.x', ['route.notify'])).toBe(false);
  const message = { exchange: `${exchange}2`, routingKey: 'a', cc: [] };
  expect(matchesBinding({ exchange, routingKeyPattern: '#' }, message)).toBe(false);
});

const byTheBook = (pattern: readonly string[], key: readonly string[]): boolean => {
  const [first, ...rest] = pattern;
  if (first === undefined) return key.length === 0;
  if (first === '#') return byTheBook(rest, key) || (key.length > 0 && byTheBook(pattern, key.slice(1)));
  return key.length > 0 && (first === '*' || first === key[0]) && byTheBook(rest, key.slice(1));
};

test('matching agrees with the definition for every pattern and key', () => {
  const words = (...of: readonly string[]) => fc.array(fc.constantFrom(...of), { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(words('a', 'b', '*', '#'), words('a', 'b', 'c'), (pattern, key) => {
      expect(matches(pattern.join('.'), key.join('.'))).toBe(byTheBook(pattern, key));
    }),
    { numRuns: 2_000 },
  );
});

test('no pattern makes matching expensive', () => {
  const words = (word: string) => Array.from({ length: 128 }, () => word).join('.');
  let count = 0;
  for (let i = 0; i < 500; i++) if (matches(words('#'), words('a')) || matches(`${words('#.a')}.b`, words('a'))) count++;
  expect(count).toBe(500);
});

test('bindings are read from exchange:pattern, separated by commas', () => {
  expect(parseBindings(`${exchange}:primary.*.0.#, exchange/x/v1/y:route.a:b`)).toEqual([
    { exchange, routingKeyPattern: 'primary.*.0.#' },
    { exchange: 'exchange/x/v1/y', routingKeyPattern: 'route.a:b' },
  ]);
});

test.each(['', exchange, `${exchange}:`, ':#', `${exchange}:#,`, `${exchange}:a b`, `a b:#`, `${exchange}:${'x'.repeat(256)}`])(
  'the binding %j is refused, and the message says which part it is',
  (text) => {
    expect(() => parseBindings(text)).toThrow('is not exchange:pattern');
  },
);
