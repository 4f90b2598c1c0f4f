import { expect, test } from 'vitest';
import { didYouMean, suggestion } from './suggestion.ts';

const words = ['status', 'log', 'artifacts', 'artifact', 'cancel', 'rerun'];

test('a slip, a missing letter or two swapped ones lead to the word that was meant', () => {
  expect(suggestion('sttaus', words)).toBe('status');
  expect(suggestion('cancl', words)).toBe('cancel');
  expect(suggestion('lgo', words)).toBe('log');
  expect(suggestion('Rerun', words)).toBe('rerun');
});

test('the beginning of a word leads to the word', () => {
  expect(suggestion('art', words)).toBe('artifacts');
});

test('the nearest of several near words is suggested', () => {
  expect(suggestion('artifac', words)).toBe('artifact');
});

test('a word that is like none of them has no suggestion, and says what to do instead', () => {
  expect(suggestion('deploy', words)).toBeUndefined();
  expect(suggestion('', words)).toBeUndefined();
  expect(didYouMean('deploy', words, 'Add --help.')).toBe('Add --help.');
});
