import { expect, test } from 'vitest';
import { rareOf, termsOf, tsqueryOf } from './query.ts';

test('a name is searched by the beginnings of its words, without regard to case and punctuation', () => {
  expect(tsqueryOf(termsOf({ name: ' Test-Linux1804/opt ' }))).toBe(`'w:test':* & 'w:linux1804':* & 'w:opt':*`);
});
test('a tag is a key, or a key with its value', () => {
  expect(tsqueryOf(termsOf({ tag: 'kind' }))).toBe(`'t:kind=':*`);
  expect(tsqueryOf(termsOf({ tag: 'kind=Build' }))).toBe(`'t:kind=Build'`);
});
test('an owner is searched by the beginning, project and queue by the whole', () => {
  expect(tsqueryOf(termsOf({ owner: 'Alice', project: 'Fx', taskQueueId: 'a/b' }))).toBe(`'o:alice':* & 'p:Fx' & 'q:a/b'`);
});
test('a text of nothing but punctuation is no condition', () => {
  expect(termsOf({ name: ' -/- ' })).toEqual([]);
});
test('no text leaves its quotes', () => {
  expect(tsqueryOf(termsOf({ tag: `it's=\\':*` }))).toBe(`'t:it''s=\\\\'':*'`);
});
test('a number is meant as it is', () => {
  expect(tsqueryOf(termsOf({ name: 'suite-7' }))).toBe(`'w:suite':* & 'w:7'`);
});
test('the index is asked for the rarest terms alone, and for none when all are common', () => {
  const shares = new Map([
    ['w:test', 0.5],
    ['w:tests', 0.1],
    ['p:fx', 0.2],
    ['o:alice', 0.01],
  ]);
  const rare = (criteria: Parameters<typeof termsOf>[0], most: number) =>
    rareOf(termsOf(criteria), shares, { total: 1_000, most })?.map((t) => t.text);
  expect(rare({ name: 'test', project: 'fx', owner: 'alice' }, 20)).toEqual(['o:alice']);
  expect(rare({ name: 'test', project: 'fx' }, 120)).toEqual(['p:fx', 'w:test']);
  expect(rare({ name: 'test', project: 'fx' }, 119)).toBeUndefined();
  expect(rare({ name: 'unheard', project: 'fx' }, 20)).toEqual(['w:unheard']);
});
