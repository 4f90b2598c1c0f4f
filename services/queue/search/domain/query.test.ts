import { expect, test } from 'vitest';
import { piecesOf, selectiveOf, stateTermsOf, termsOf, tsqueryOf } from './query.ts';

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
test('put together with the number of a slice, the pieces ask for terms of that slice', () => {
  expect(piecesOf(termsOf({ name: `it's test`, project: 'fx' })).join('42')).toBe(`'42w:it':* & '42w:s':* & '42w:test':* & '42p:fx'`);
  expect(piecesOf([])).toEqual([]);
});
test('that a task failed or ended otherwise is a term, and no other state is', () => {
  expect(tsqueryOf(stateTermsOf(['failed']))).toBe(`'s:failed'`);
  expect(tsqueryOf(stateTermsOf(['exception', 'failed']))).toBe(`'s:':*`);
  for (const states of [undefined, [], ['completed'], ['failed', 'completed'], ['pending']]) expect(stateTermsOf(states)).toEqual([]);
});
test('the index is not asked for the beginning of a word that is much more common than what the other terms leave', () => {
  const selective = (criteria: Parameters<typeof termsOf>[0], shares: readonly number[]) =>
    selectiveOf(termsOf(criteria), shares, { total: 10_000, sampled: 1_000 }).map((t) => t.text);
  expect(selective({ name: 'test', owner: 'alice' }, [0.6, 0.01])).toEqual(['o:alice']);
  expect(selective({ name: 'test', owner: 'alice' }, [0.09, 0.01])).toEqual(['o:alice', 'w:test']);
  // What is not in the sample may still be in one task of a thousand.
  expect(selective({ name: 'test', owner: 'alice' }, [0.009, 0])).toEqual(['o:alice', 'w:test']);
  expect(selective({ name: 'test', owner: 'alice' }, [0.011, 0])).toEqual(['o:alice']);
  expect(selective({ name: 'test linux' }, [0.6, 0.5])).toEqual(['w:linux', 'w:test']);
  expect(selective({ name: 'test' }, [0.6])).toEqual(['w:test']);
});
test('the index is always asked for whole terms', () => {
  const terms = termsOf({ name: '7', project: 'fx', owner: 'alice' });
  const selective = selectiveOf(terms, [0.6, 0.01, 0.2], { total: 10_000, sampled: 1_000 });
  expect(selective.map((t) => t.text)).toEqual(['p:fx', 'w:7', 'o:alice']);
});
