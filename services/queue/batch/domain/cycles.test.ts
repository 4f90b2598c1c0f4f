import { expect, test } from 'vitest';
import { cyclesAmong } from './cycles.ts';

const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
  cyclesAmong(Object.entries(edges).map(([taskId, dependencies]) => ({ taskId, dependencies })));

test('tasks that wait for each other in some order are no circle', () => {
  expect(graph({ d: ['b', 'c'], b: ['a'], c: ['a'], a: [] })).toEqual([]);
});
test('a task that waits for itself is no circle', () => {
  expect(graph({ a: ['a'], b: ['a', 'b'] })).toEqual([]);
});
test('tasks outside of the list are ignored', () => {
  expect(graph({ a: ['outside'] })).toEqual([]);
});
test('a circle is named without the tasks that lead into it', () => {
  expect(graph({ x: ['a'], a: ['b'], b: ['c'], c: ['a', 'free'], free: [] })).toEqual([['a', 'b', 'c']]);
});
test('circles that share no task are all named', () => {
  expect(graph({ a: ['b'], b: ['a'], c: ['d'], d: ['c'], e: ['a', 'c'] })).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});
test('no more than ten circles are named', () => {
  const pairs = Object.fromEntries(
    Array.from({ length: 15 }, (_, i) => [[`a${i}`, [`b${i}`]] as const, [`b${i}`, [`a${i}`]] as const]).flat(),
  );
  expect(graph(pairs)).toHaveLength(10);
});
test('a chain of 10,000 is walked without recursion', () => {
  const chain = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`t${i}`, [`t${(i + 1) % 10_000}`]] as const));
  expect(graph(chain)[0]).toHaveLength(10_000);
});
