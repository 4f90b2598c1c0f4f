import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareScopes, intersect, matches, normalize, satisfies, ScopeSet, union } from './index.ts';

test.each<[string, string[], string[]]>([
  ['sorted, the star first', ['n', 'm', 'm*'], ['m*', 'n']],
  ['star order', ['mm', 'mn*', 'n', 'm(', 'm'], ['m', 'm(', 'mm', 'mn*', 'n']],
  ['several, sorted', ['o', 'n', 'p'], ['n', 'o', 'p']],
  ['a star swallows', ['x', '*', 'y*'], ['*']],
  ['stars inside stay', ['m*n', 'm*o'], ['m*n', 'm*o']],
  ['m** is swallowed by m*', ['m**', 'm*'], ['m*']],
  ['m** stays beside mn', ['m**', 'mn'], ['m**', 'mn']],
  ['m** swallows m*b', ['m*b', 'm**', 'm(', 'm**b'], ['m(', 'm**']],
  ['the empty scope', ['', 'm'], ['', 'm']],
  ['nested stars', ['mn*', 'm*', 'mno', 'n'], ['m*', 'n']],
  ['duplicates', ['a', 'b', 'a', 'b'], ['a', 'b']],
  ['nothing', [], []],
])('normalize: %s', (_, input, output) => {
  const before = [...input];
  expect(normalize(input)).toEqual(output);
  expect(input).toEqual(before);
  expect(normalize(Object.freeze(input))).toEqual(output);
});

test('union is everything that either grants', () => {
  expect(union(['b', 'a*'], ['ab', 'c'])).toEqual(['a*', 'b', 'c']);
  expect(union([], [])).toEqual([]);
  expect(union(['z', 'y'], ['*'])).toEqual(['*']);
});

test('intersect lists the elements of the first, then of the second list, unsorted', () => {
  expect(intersect(['a*', 'b'], ['ab', 'b*', 'c'])).toEqual(['b', 'ab']);
  expect(intersect(['a'], ['b'])).toEqual([]);
  expect(intersect(['a', 'a'], ['a'])).toEqual(['a']);
  expect(intersect(['*'], ['x', 'a*'])).toEqual(['x', 'a*']);
});

const scope = fc.array(fc.constantFrom('a', 'b', '*', '(', ':'), { maxLength: 5 }).map((parts) => parts.join(''));
const scopes = fc.array(scope, { maxLength: 12 });
const runs = { numRuns: 2000 };

test('normalize: nothing is lost, nothing is superfluous, order and duplicates of the input do not matter', () => {
  let count = 0;
  fc.assert(
    fc.property(scopes, (input) => {
      count++;
      const normal = normalize(input);
      expect(normal.toSorted(compareScopes)).toEqual(normal);
      for (const s of input) expect(satisfies(normal, s)).toBe(true);
      for (const s of normal) {
        expect(input).toContain(s);
        expect(normal.filter((other) => matches(other, s))).toEqual([s]);
      }
      expect(normalize([...input, ...input].toReversed())).toEqual(normal);
      expect(normalize(normal)).toEqual(normal);
    }),
    runs,
  );
  expect(count).toBe(2000);
});

test('union equals normalising both lists together', () => {
  fc.assert(
    fc.property(scopes, scopes, (a, b) => {
      expect(union(a, b)).toEqual(normalize([...a, ...b]));
    }),
    runs,
  );
});

test('a set answers like a search through the list', () => {
  fc.assert(
    fc.property(scopes, fc.array(scope, { maxLength: 20 }), (held, questions) => {
      const set = new ScopeSet(held);
      const frozen = ScopeSet.of(Object.freeze([...held]));
      for (const question of [...questions, ...held, ...held.map((s) => `${s}*`), ...held.map((s) => s.slice(0, -1))]) {
        const expected = set.scopes.some((pattern) => matches(pattern, question));
        expect(set.has(question)).toBe(expected);
        expect(frozen.has(question)).toBe(expected);
        expect(satisfies(held, question)).toBe(held.some((pattern) => matches(pattern, question)));
      }
    }),
    runs,
  );
});

test('intersect grants nothing that one side does not grant', () => {
  fc.assert(
    fc.property(scopes, scopes, (a, b) => {
      for (const s of intersect(a, b)) {
        expect(satisfies(a, s) && satisfies(b, s)).toBe(true);
      }
    }),
    runs,
  );
});

test('without double stars, satisfying is transitive', () => {
  const single = scopes.map((list) => list.filter((s) => !s.endsWith('**')));
  const all = (held: readonly string[], needed: readonly string[]) => satisfies(held, { AllOf: needed });
  fc.assert(
    fc.property(single, single, single, (a, b, c) => {
      const ab = normalize([...a, ...b]);
      const abc = normalize([...ab, ...c]);
      expect(all(abc, ab) && all(ab, a) && all(abc, a)).toBe(true);
      for (const s of a) for (const t of b) if (matches(t, s)) for (const u of c) if (matches(u, t)) expect(matches(u, s)).toBe(true);
    }),
    runs,
  );
});

test('a set of a frozen array is prepared once; other arrays may change and are read anew', () => {
  const frozen = Object.freeze(['b', 'a']);
  expect(ScopeSet.of(frozen)).toBe(ScopeSet.of(frozen));
  const open = ['a'];
  const before = ScopeSet.of(open);
  open.push('b');
  expect(before.has('b')).toBe(false);
  expect(ScopeSet.of(open).has('b')).toBe(true);
});
