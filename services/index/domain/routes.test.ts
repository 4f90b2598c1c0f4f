import type { TaskDefinition } from '@taskcluster/contracts';
import { expect, test } from 'vitest';
import { entryOf, pathsIn } from './routes.ts';

const taskId = 'fN1SbArXTPSVFNUvaOlinQ';
const task = (index?: unknown, more: object = {}) =>
  ({
    created: '2030-01-01T00:00:00.000Z',
    expires: '2031-01-01T00:00:00.000Z',
    extra: index === undefined ? {} : { index },
    ...more,
  }) as TaskDefinition;
const defaults = { taskId, rank: 0, data: {}, expires: '2031-01-01T00:00:00.000Z' };

test('paths are the routes that begin with index, without what is no path', () => {
  const cc = [
    'route.index.a.b',
    'route.index.c',
    'route.index',
    'route.index.',
    'route.index.a/b',
    'route.index.a..b',
    'route.notify.x',
    'route.indexed.a',
    'route.index.c',
  ];
  expect(pathsIn({ routingKey: 'primary.x', cc })).toEqual(['a.b', 'c']);
  expect(pathsIn({ routingKey: 'route.index.a', cc: [] })).toEqual(['a']);
});

test('a task that says nothing is indexed with rank 0, no data, until it expires', () => {
  for (const said of [undefined, null, {}, 'text', 7, ['rank'], { unknown: 1 }]) expect(entryOf(taskId, task(said))).toEqual(defaults);
  expect(entryOf(taskId, task({ rank: 9 }, { extra: undefined }))).toEqual(defaults);
});

test('a task without an expiry is indexed for a year after its creation', () => {
  expect(entryOf(taskId, task({}, { expires: undefined }))).toEqual({ ...defaults, expires: '2031-01-01T00:00:00.000Z' });
});

test('rank, data and expiry come from extra.index', () => {
  const said = { rank: -7, data: JSON.parse('{"__proto__": {"a": 1}}') as object, expires: '2040-02-03T04:05:06Z' };
  expect(entryOf(taskId, task(said))).toEqual({ taskId, rank: -7, data: said.data, expires: '2040-02-03T04:05:06.000Z' });
});

test('a task that says nonsense is not indexed, and the reason names the property', () => {
  for (const rank of ['1', null, 1.5, 2 ** 31, true]) expect(entryOf(taskId, task({ rank }))).toMatch('extra.index.rank');
  for (const data of ['{}', null, [], 1]) expect(entryOf(taskId, task({ data }))).toMatch('extra.index.data');
  for (const expires of ['tomorrow', null, 0, '9999-12-31T23:59:59-01:00'])
    expect(entryOf(taskId, task({ expires }))).toMatch('extra.index.expires');
});
